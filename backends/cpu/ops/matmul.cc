#include "backends/cpu/matmul_plan.h"

namespace onnxifi::cpu {

namespace {

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(MatMulNode node, ReadMatMulNode(ctx));
  return PlanMatMul(ctx, std::move(node));
}

}  // namespace

ONNXIFI_DEFINE_OPS(matmul, {.op = "MatMul",
                            .supports = &SupportsMatMulTypes,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
