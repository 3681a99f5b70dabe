#include "backends/opencl/kernels/arg_reduce.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareArgReduce(ctx, /*max=*/false);
}

}  // namespace

ONNXIFI_DEFINE_OPS(arg_min, {.op = "ArgMin",
                             .supports = &SupportsArgReduce,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
