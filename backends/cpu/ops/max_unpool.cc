#include <cstring>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/common/ops/unpool_node.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "backends/cpu/kernels/type_dispatch.h"

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

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  State s;
  s.count = Product(in.dims);
  s.element_bytes = static_cast<size_t>(ElementBytes(in.type));
  ONNXIFI_ASSIGN_OR_RETURN(const UnpoolShapes shapes, ReadUnpool(ctx));
  s.inner = shapes.inner;
  s.out = shapes.out;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, s.out}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(max_unpool, {.op = "MaxUnpool",
                                .supports = &Supports,
                                .prepare = &Prepare});

}  // namespace onnxifi::cpu
