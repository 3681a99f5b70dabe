#include "backends/opencl/kernels/optimizer.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& n) {
  return SupportsOptimizer(n, Optimizer::kMomentum);
}

Status Prepare(PrepareContext& ctx) {
  return PrepareOptimizer(ctx, Optimizer::kMomentum);
}

}  // namespace

ONNXIFI_DEFINE_OPS(momentum, {.domain = "ai.onnx.preview.training",
                              .op = "Momentum",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::opencl
