#include "backends/cpu/kernels/random_op.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareRandom(ctx, Distribution::kUniform);
}

}  // namespace

ONNXIFI_DEFINE_OPS(random_uniform, {.op = "RandomUniform",
                                    .supports = &SupportsRandom,
                                    .prepare = &Prepare,
                                    .nondeterministic = true});

}  // namespace onnxifi::cpu
