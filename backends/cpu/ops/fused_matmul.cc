#include "backends/common/fusion/passes.h"
#include "backends/cpu/matmul_plan.h"

namespace onnxifi::cpu {
namespace {

// MatMul of float32 with an optional constant row to add (input 2), a factor
// ("alpha") and an activation.
Reject Supports(const NodeView& node) {
  if (node.input_type(0) == graph::DataType::kFloat) return {};
  return {RejectReason::kDataType, "only float32 products are fused"};
}

Status Prepare(PrepareContext& ctx) {
  MatMulNode node;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMulShapes(ctx, &node));
  node.alpha = ctx.attrs().Float("alpha", 1.0f);
  node.activation = ReadActivation(ctx.node());
  if (ctx.HasInput(2)) node.bias_input = 2;
  return PlanMatMul(ctx, std::move(node));
}

}  // namespace

ONNXIFI_DEFINE_OPS(fused_matmul, {.domain = kFusedDomain,
                                  .op = "FusedMatMul",
                                  .supports = &Supports,
                                  .prepare = &Prepare});

}  // namespace onnxifi::cpu
