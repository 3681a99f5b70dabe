#include "backends/opencl/kernels/signal_window.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareSignalWindow(ctx, {{25.0 / 46, -21.0 / 46, 0}});
}

}  // namespace

ONNXIFI_DEFINE_OPS(hamming_window, {.op = "HammingWindow",
                                    .supports = &SupportsSignalWindow,
                                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
