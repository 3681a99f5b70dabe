#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/fourier.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct State {
  DataType type = DataType::kFloat;
  Shape in;
  Shape out;
  int64_t axis = 1;
  bool inverse = false;
  bool onesided = false;
  int64_t length = 0;  // 0: the default of the axis
};

Reject Supports(const NodeView& n) {
  if (!HasType<FloatTypes>(n.input_type(0))) {
    return {RejectReason::kDataType, "input 0"};
  }
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (Reject r = RequireType(n, i, {DataType::kInt32, DataType::kInt64});
        !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(n, i); !r.supported()) return r;
  }
  return {};
}

// The default length of a transform along an axis of `size` entries.
int64_t DefaultLength(const State& s, int64_t size) {
  return s.inverse && s.onesided ? 2 * (size - 1) : size;
}

// The output's dims; false when axis or length are not valid.
bool OutputDims(const State& s, int64_t axis, int64_t length, Shape* out) {
  const int64_t last = static_cast<int64_t>(s.in.size()) - 1;
  if (axis < 0 || axis >= last || length < 1) return false;
  for (size_t i = 0; i < s.in.size(); ++i) (*out)[i] = s.in[i];
  const bool real_out = s.inverse && s.onesided;
  (*out)[static_cast<size_t>(axis)] =
      s.onesided && !s.inverse ? length / 2 + 1 : length;
  out->back() = real_out ? 1 : 2;
  return true;
}

// One line of the transform, from `in` to `out`.
void RunLine(const State& s, int64_t length, int64_t in_base, int64_t in_stride,
             int64_t in_size, int64_t out_base, int64_t out_stride,
             int64_t out_size, const RunArgs& args) {
  double* values = static_cast<double*>(args.scratch);
  const int64_t parts = s.in.back();
  std::fill_n(values, 2 * length, 0.0);
  const int64_t given = std::min(in_size, length);
  for (int64_t i = 0; i < given; ++i) {
    for (int64_t p = 0; p < parts; ++p) {
      values[2 * i + p] =
          LoadNumber(args.in[0], s.type, in_base + i * in_stride + p);
    }
  }
  if (s.inverse && s.onesided) {
    // The missing half is the conjugate of the given one.
    for (int64_t i = length / 2 + 1; i < length; ++i) {
      values[2 * i] = values[2 * (length - i)];
      values[2 * i + 1] = -values[2 * (length - i) + 1];
    }
  }
  Transform(values, length, s.inverse, values + 2 * length);
  const double scale = s.inverse ? 1 / static_cast<double>(length) : 1;
  const int64_t out_parts = s.out.back();
  for (int64_t i = 0; i < out_size; ++i) {
    for (int64_t p = 0; p < out_parts; ++p) {
      StoreNumber(args.out[0], s.type, out_base + i * out_stride + p,
                  values[2 * i + p] * scale);
    }
  }
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const size_t a = static_cast<size_t>(s.axis);
  const std::span<const int64_t> in(s.in);
  const std::span<const int64_t> out(s.out);
  const int64_t outer = Product(in.first(a));
  const int64_t in_stride = Product(in.subspan(a + 1));
  const int64_t out_stride = Product(out.subspan(a + 1));
  const int64_t inner = in_stride / std::max<int64_t>(in.back(), 1);
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      RunLine(s, s.length, o * s.in[a] * in_stride + i * in.back(), in_stride,
              s.in[a], o * s.out[a] * out_stride + i * out.back(), out_stride,
              s.out[a], args);
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status ReadArguments(const PrepareContext& ctx, State* s) {
  s->axis = ctx.attrs().Int("axis", 1);
  if (ctx.opset() >= 20) s->axis = -2;
  if (ctx.opset() >= 20 && ctx.HasInput(2)) {
    ONNXIFI_ASSIGN_OR_RETURN(const IntList axis, KnownInts(ctx, 2));
    s->axis = axis.count == 1 ? axis.values[0] : 0;
  }
  if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(const IntList length, KnownInts(ctx, 1));
    s->length = length.count == 1 ? length.values[0] : -1;
  }
  return Status::Ok();
}

Status Prepare(PrepareContext& ctx) {
  State s;
  s.type = ctx.in(0).type;
  s.in = ctx.in(0).dims;
  s.inverse = ctx.attrs().Int("inverse", 0) != 0;
  s.onesided = ctx.attrs().Int("onesided", 0) != 0;
  ONNXIFI_RETURN_IF_ERROR(ReadArguments(ctx, &s));
  const int64_t rank = static_cast<int64_t>(s.in.size());
  if (rank < 2 || s.in.back() < 1 || s.in.back() > 2) {
    return ShapeError(ctx, StrCat("input ", ShapeText(s.in),
                                  " does not end with 1 or 2 parts"));
  }
  s.out = s.in;
  ONNXIFI_ASSIGN_OR_RETURN(const size_t axis,
                           NormalizeAxis(ctx, s.axis, s.in.size()));
  s.axis = static_cast<int64_t>(axis);
  if (s.length == 0) s.length = DefaultLength(s, s.in[axis]);
  if (!OutputDims(s, s.axis, s.length, &s.out)) {
    return ShapeError(ctx, "the axis or length does not fit the input");
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.type, s.out}));
  ctx.BookScratch(static_cast<size_t>(2 * s.length + FourierScratch(s.length)) *
                  sizeof(double));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(dft,
                   {.op = "DFT", .supports = &Supports, .prepare = &Prepare});

}  // namespace onnxifi::cpu
