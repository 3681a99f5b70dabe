#include "backends/opencl/kernels/arg_reduce.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareArgReduce(ctx, /*max=*/true);
}

}  // namespace

ONNXIFI_DEFINE_OPS(arg_max, {.op = "ArgMax",
                             .supports = &SupportsArgReduce,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
