#include "backends/opencl/kernels/signal_window.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareSignalWindow(ctx, {{0.42, -0.5, 0.08}});
}

}  // namespace

ONNXIFI_DEFINE_OPS(blackman_window, {.op = "BlackmanWindow",
                                     .supports = &SupportsSignalWindow,
                                     .prepare = &Prepare});

}  // namespace onnxifi::opencl
