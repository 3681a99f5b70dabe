#include <cstring>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  int64_t count = 0;  // elements of the input
  Shape inner;        // what indices count in
  Shape out;          // at least as large along every axis
  size_t element_bytes = 4;
};

Reject Supports(const NodeView& n) {
  if (!HasType<FloatTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  if (Reject r = RequireType(n, 1, {DataType::kInt64}); !r.supported()) {
    return r;
  }
  return RequireKnown(n, 2);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const char* in = static_cast<const char*>(args.in[0]);
  char* out = static_cast<char*>(args.out[0]);
  std::memset(out, 0, static_cast<size_t>(Product(s.out)) * s.element_bytes);
  const int64_t most = Product(s.inner);
  for (int64_t i = 0; i < s.count; ++i) {
    int64_t rest = LoadAt<int64_t>(args.in[1], i);
    if (rest < 0 || rest >= most) return ONNXIFI_STATUS_INTERNAL_ERROR;
    int64_t to = 0;
    int64_t stride = 1;
    for (size_t a = s.inner.size(); a-- > 0;) {
      to += rest % s.inner[a] * stride;
      rest /= s.inner[a];
      stride *= s.out[a];
    }
    std::memcpy(out + static_cast<size_t>(to) * s.element_bytes,
                in + static_cast<size_t>(i) * s.element_bytes, s.element_bytes);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// The extent along spatial axis `a` that a pooling must have started from;
// -1 when there is none.
int64_t Unpooled(const NodeView& n, int64_t size, size_t a, size_t axes) {
  const auto kernel = n.attrs().Ints("kernel_shape");
  const auto strides = n.attrs().Ints("strides");
  const auto pads = n.attrs().Ints("pads");
  int64_t extent = 0;
  if (!CheckedMul(size - 1, strides.empty() ? 1 : strides[a], &extent) ||
      !CheckedAdd(extent, kernel[a], &extent) ||
      (!pads.empty() && (!CheckedSub(extent, pads[a], &extent) ||
                         !CheckedSub(extent, pads[axes + a], &extent)))) {
    return -1;
  }
  return extent;
}

Status FindShapes(const PrepareContext& ctx, State* s) {
  const Shape& in = ctx.in(0).dims;
  const auto fits = [&](const char* name, size_t count) {
    const size_t given = ctx.attrs().Ints(name).size();
    return given == 0 || given == count;
  };
  const size_t axes = in.size() < 2 ? 0 : in.size() - 2;
  if (axes == 0 || ctx.in(1).dims != in ||
      ctx.attrs().Ints("kernel_shape").size() != axes ||
      !fits("strides", axes) || !fits("pads", 2 * axes)) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in), " and indices ",
                    ShapeText(ctx.in(1).dims), " do not fit the window"));
  }
  s->inner = {in[0], in[1]};
  for (size_t a = 0; a < axes; ++a) {
    s->inner.push_back(Unpooled(ctx, in[2 + a], a, axes));
  }
  ONNXIFI_RETURN_IF_ERROR(graph::ElementCount(s->inner).status());
  s->out = s->inner;
  if (!ctx.HasInput(2)) return Status::Ok();
  ONNXIFI_ASSIGN_OR_RETURN(s->out, ctx.ConstantInts(2));
  bool large = s->out.size() == s->inner.size() && s->out[0] == in[0] &&
               s->out[1] == in[1];
  for (size_t a = 2; large && a < s->out.size(); ++a) {
    large = s->out[a] >= s->inner[a];
  }
  if (large) return Status::Ok();
  return ShapeError(ctx, StrCat("output_shape ", ShapeText(s->out),
                                " does not hold ", ShapeText(s->inner)));
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s;
  s.count = Product(in.dims);
  s.element_bytes = static_cast<size_t>(ElementBytes(in.type));
  ONNXIFI_RETURN_IF_ERROR(FindShapes(ctx, &s));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, s.out}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(max_unpool, {.op = "MaxUnpool",
                                .supports = &Supports,
                                .prepare = &Prepare});

}  // namespace onnxifi::cpu
