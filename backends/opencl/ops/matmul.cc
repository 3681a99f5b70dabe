#include "backends/opencl/kernels/gemm.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  GemmNode node;
  graph::Shape output;
  ONNXIFI_RETURN_IF_ERROR(ReadMatMul(ctx, &node, &output));
  return PlanGemm(ctx, node, output);
}

}  // namespace

ONNXIFI_DEFINE_OPS(matmul, {.op = "MatMul",
                            .supports = &SupportsGemm,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
