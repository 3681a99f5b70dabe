#include "backends/opencl/kernels/softmax.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareSoftmax(ctx, /*logarithm=*/true);
}

}  // namespace

ONNXIFI_DEFINE_OPS(log_softmax, {.op = "LogSoftmax",
                                 .supports = &SupportsSoftmax,
                                 .prepare = &Prepare});

}  // namespace onnxifi::opencl
