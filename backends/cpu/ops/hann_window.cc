#include "backends/cpu/kernels/signal_window.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareWindow(ctx, {{0.5, -0.5, 0}});
}

}  // namespace

ONNXIFI_DEFINE_OPS(hann_window, {.op = "HannWindow",
                                 .supports = &SupportsWindow,
                                 .prepare = &Prepare});

}  // namespace onnxifi::cpu
