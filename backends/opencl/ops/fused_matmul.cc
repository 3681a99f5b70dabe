#include "backends/common/fusion/passes.h"
#include "backends/opencl/kernels/gemm.h"

namespace onnxifi::opencl {
namespace {

// MatMul by a constant matrix, a row added to the result, an activation.
Status Prepare(PrepareContext& ctx) {
  GemmNode node;
  graph::Shape output;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMul(ctx, &node, &output));
  node.activation = ReadActivation(ctx.node());
  if (ctx.HasInput(2)) {
    node.addend = 2;
    node.addend_strides.assign(node.batch.size() + 2, 0);
    node.addend_strides.back() = 1;
  }
  return PlanGemm(ctx, node, output);
}

}  // namespace

ONNXIFI_DEFINE_OPS(fused_matmul, {.domain = kFusedDomain,
                                  .op = "FusedMatMul",
                                  .supports = &SupportsGemm,
                                  .prepare = &Prepare});

}  // namespace onnxifi::opencl
