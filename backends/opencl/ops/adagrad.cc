#include "backends/opencl/kernels/optimizer.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& n) {
  return SupportsOptimizer(n, Optimizer::kAdagrad);
}

Status Prepare(PrepareContext& ctx) {
  return PrepareOptimizer(ctx, Optimizer::kAdagrad);
}

}  // namespace

ONNXIFI_DEFINE_OPS(adagrad, {.domain = "ai.onnx.preview.training",
                             .op = "Adagrad",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
