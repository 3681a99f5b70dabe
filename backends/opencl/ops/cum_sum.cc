#include "backends/opencl/kernels/scan.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareScan(ctx, /*product=*/false);
}

}  // namespace

ONNXIFI_DEFINE_OPS(cum_sum, {.op = "CumSum",
                             .supports = &SupportsScan,
                             .prepare = &Prepare});

}  // namespace onnxifi::opencl
