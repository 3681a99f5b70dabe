#include "backends/opencl/kernels/gemm.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  GemmNode node;
  graph::Shape output;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMul(ctx, &node, &output));
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {ctx.in(0).type, output, Layout::kPlain}));
  return PlanGemm(ctx, node);
}

}  // namespace

ONNXIFI_DEFINE_OPS(matmul, {.op = "MatMul",
                            .supports = &SupportsGemm,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
