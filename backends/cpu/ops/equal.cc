#include <array>
#include <utility>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/cpu/kernels/binary_op.h"
#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

Reject SupportsStrings(const NodeView& n) {
  if (n.opset() < 19) return {RejectReason::kOpset, "strings need version 19"};
  for (const size_t i : {size_t{0}, size_t{1}}) {
    if (Reject r = RequireType(n, i, {DataType::kString}); !r.supported()) {
      return r;
    }
  }
  return {};
}

// Equal bytes: ONNX knows no other equality of strings.
void CompareRow(const void*, const Row& row) {
  const auto* a = reinterpret_cast<const graph::StringRef*>(row.in[0]);
  const auto* b = reinterpret_cast<const graph::StringRef*>(row.in[1]);
  for (int64_t i = 0; i < row.count; ++i) {
    row.out[i] = std::byte{a[i * row.step[0]] == b[i * row.step[1]]};
  }
}

onnxStatus RunStrings(const void* state, const RunArgs& args) {
  constexpr int kBytes = sizeof(graph::StringRef);
  const auto& plan = *static_cast<const BroadcastPlan*>(state);
  const BroadcastArgs operands{.in = {args.in[0], args.in[1], nullptr},
                               .in_bytes = {kBytes, kBytes, 0},
                               .out = args.out[0],
                               .out_bytes = 1};
  plan.Run(*args.pool, operands, kElementGrain / 16, &CompareRow, nullptr);
  return ONNXIFI_STATUS_SUCCESS;
}

Status PrepareStrings(PrepareContext& ctx) {
  const std::array<Shape, 2> shapes = {ctx.in(0).dims, ctx.in(1).dims};
  ONNXIFI_ASSIGN_OR_RETURN(Shape dims, BroadcastShape(ctx.node(), shapes));
  BroadcastPlan plan(dims, shapes);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kBool, std::move(dims)}));
  ctx.SetStepState(&RunStrings, std::move(plan));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(equal, BinaryKernel<BinaryOp::kEqual>("Equal"),
                   {.op = "Equal",
                    .supports = &SupportsStrings,
                    .prepare = &PrepareStrings});

}  // namespace onnxifi::cpu
