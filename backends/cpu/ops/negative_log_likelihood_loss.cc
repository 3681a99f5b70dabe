#include "backends/cpu/kernels/class_loss.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) { return PrepareClassLoss(ctx, false); }

}  // namespace

ONNXIFI_DEFINE_OPS(negative_log_likelihood_loss,
                   {.op = "NegativeLogLikelihoodLoss",
                    .supports = &SupportsClassLoss,
                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
