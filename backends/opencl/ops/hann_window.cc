#include "backends/opencl/kernels/signal_window.h"

namespace onnxifi::opencl {
namespace {

Status Prepare(PrepareContext& ctx) {
  return PrepareSignalWindow(ctx, {{0.5, -0.5, 0}});
}

}  // namespace

ONNXIFI_DEFINE_OPS(hann_window, {.op = "HannWindow",
                                 .supports = &SupportsSignalWindow,
                                 .prepare = &Prepare});

}  // namespace onnxifi::opencl
