#include "backends/cpu/kernels/signal_window.h"

namespace onnxifi::cpu {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareWindow(ctx, {{25.0 / 46, -21.0 / 46, 0}});
}

}  // namespace

ONNXIFI_DEFINE_OPS(hamming_window, {.op = "HammingWindow",
                                    .supports = &SupportsWindow,
                                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
