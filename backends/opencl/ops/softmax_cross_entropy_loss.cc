#include "backends/opencl/kernels/class_loss.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareClassLoss(ctx, /*log_softmax=*/true);
}

}  // namespace

ONNXIFI_DEFINE_OPS(softmax_cross_entropy_loss, {.op = "SoftmaxCrossEntropyLoss",
                                                .supports = &SupportsClassLoss,
                                                .prepare = &Prepare});

}  // namespace onnxifi::opencl
