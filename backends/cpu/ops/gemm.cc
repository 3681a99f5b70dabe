#include "backends/cpu/matmul_plan.h"

namespace onnxifi::cpu {

namespace {

Status Prepare(PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(MatMulNode node, ReadGemmNode(ctx));
  return PlanMatMul(ctx, std::move(node));
}

}  // namespace

ONNXIFI_DEFINE_OPS(gemm, {.op = "Gemm",
                          .supports = &SupportsMatMulTypes,
                          .prepare = &Prepare});

}  // namespace onnxifi::cpu
