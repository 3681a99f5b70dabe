#include "backends/cpu/kernels/random_op.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareRandom(ctx, Distribution::kNormal);
}

}  // namespace

ONNXIFI_DEFINE_OPS(random_normal_like, {.op = "RandomNormalLike",
                                        .supports = &SupportsRandom,
                                        .prepare = &Prepare,
                                        .nondeterministic = true});

}  // namespace onnxifi::cpu
