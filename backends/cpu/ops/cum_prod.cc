#include "backends/cpu/kernels/scan_op.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareScan(ctx, /*product=*/true);
}

}  // namespace

ONNXIFI_DEFINE_OPS(cum_prod, {.op = "CumProd",
                              .supports = &SupportsScan,
                              .prepare = &Prepare});

}  // namespace onnxifi::cpu
