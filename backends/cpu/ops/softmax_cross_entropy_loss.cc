#include "backends/cpu/kernels/class_loss.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) { return PrepareClassLoss(ctx, true); }

}  // namespace

ONNXIFI_DEFINE_OPS(softmax_cross_entropy_loss, {.op = "SoftmaxCrossEntropyLoss",
                                                .supports = &SupportsClassLoss,
                                                .prepare = &Prepare});

}  // namespace onnxifi::cpu
