#include "backends/cpu/kernels/scan_op.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareScan(ctx, /*product=*/false);
}

}  // namespace

ONNXIFI_DEFINE_OPS(cum_sum, {.op = "CumSum",
                             .supports = &SupportsScan,
                             .prepare = &Prepare});

}  // namespace onnxifi::cpu
