#include "backends/cpu/kernels/arg_reduce_op.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareArgReduce(ctx, /*max=*/false);
}

}  // namespace

ONNXIFI_DEFINE_OPS(arg_min, {.op = "ArgMin",
                             .supports = &SupportsArgReduce,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
