#include "backends/opencl/kernels/softmax.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareSoftmax(ctx, /*logarithm=*/false);
}

}  // namespace

ONNXIFI_DEFINE_OPS(softmax, {.op = "Softmax",
                             .supports = &SupportsSoftmax,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
