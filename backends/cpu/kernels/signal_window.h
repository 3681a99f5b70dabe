#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_SIGNAL_WINDOW_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_SIGNAL_WINDOW_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// A window of cosines: sum of coefficient[k] * cos(2 pi k i / n).
struct WindowShape {
  double coefficient[3];
};

Reject SupportsSignalWindow(const NodeView& node);
Status PrepareSignalWindow(PrepareContext& ctx, const WindowShape& shape);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_SIGNAL_WINDOW_H_
