#include "backends/cpu/matmul_plan.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

// MatMul with a bias row (input 2), a residual of the output's shape
// (input 3) and an activation; made by the fusion pass.
Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(MatMulNode node, ReadMatMulNode(ctx));
  if (ctx.HasInput(2)) {
    if (ctx.in(2).dims != graph::Shape{node.n}) {
      return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                    "the fused bias must have one value per column");
    }
    node.has_c = true;
    node.c_column = 1;
  }
  if (ctx.HasInput(3)) {
    if (ctx.in(3).dims != ctx.out(0).dims) {
      return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                    "the fused residual must have the product's shape");
    }
    node.residual = true;
    ctx.AllowInPlace(0, 3);
  }
  node.activation = ReadActivation(ctx.node());
  return PlanMatMul(ctx, std::move(node));
}

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (node.HasInput(i) && node.input_type(i) != graph::DataType::kFloat) {
      return {RejectReason::kDataType, StrCat("input ", i)};
    }
  }
  return {};
}

}  // namespace

ONNXIFI_DEFINE_OPS(fused_matmul, {.domain = "onnxifi.cpu",
                                  .op = "FusedMatMul",
                                  .supports = &Supports,
                                  .prepare = &Prepare});

}  // namespace onnxifi::cpu
