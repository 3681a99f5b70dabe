#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_SIGNAL_WINDOW_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_SIGNAL_WINDOW_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// A window of cosines: sum of coefficient[k] * cos(2 pi k i / n). Its size is
// known when the plan is made, and so are its numbers.
struct WindowShape {
  double coefficient[3];
};

Reject SupportsSignalWindow(const NodeView& node);
Status PrepareSignalWindow(PrepareContext& ctx, const WindowShape& shape);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_SIGNAL_WINDOW_H_
