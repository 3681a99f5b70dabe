#include "backends/opencl/kernels/scan.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareScan(ctx, /*product=*/true);
}

}  // namespace

ONNXIFI_DEFINE_OPS(cum_prod, {.op = "CumProd",
                              .supports = &SupportsScan,
                              .prepare = &Prepare});

}  // namespace onnxifi::opencl
