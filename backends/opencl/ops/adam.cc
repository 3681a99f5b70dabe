#include "backends/opencl/kernels/optimizer.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& n) {
  return SupportsOptimizer(n, Optimizer::kAdam);
}

Status Prepare(PrepareContext& ctx) {
  return PrepareOptimizer(ctx, Optimizer::kAdam);
}

}  // namespace

ONNXIFI_DEFINE_OPS(adam, {.domain = "ai.onnx.preview.training",
                          .op = "Adam",
                          .supports = &Supports,
                          .prepare = &Prepare});

}  // namespace onnxifi::opencl
