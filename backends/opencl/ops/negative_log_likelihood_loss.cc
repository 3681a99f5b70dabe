#include "backends/opencl/kernels/class_loss.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareClassLoss(ctx, /*log_softmax=*/false);
}

}  // namespace

ONNXIFI_DEFINE_OPS(negative_log_likelihood_loss,
                   {.op = "NegativeLogLikelihoodLoss",
                    .supports = &SupportsClassLoss,
                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
