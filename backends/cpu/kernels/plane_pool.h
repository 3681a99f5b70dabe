#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_PLANE_POOL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_PLANE_POOL_H_

#include "backends/common/ops/window.h"
#include "backends/cpu/kernels/vector_kernels.h"

namespace onnxifi::cpu {

// Pooling of plain float images, a line of the output at a time: first the
// lines of the window become one, then its columns.

// False for windows so wide that a line buffer on the stack would not pay.
bool PlanePoolFits(const Window& window);

// One plain plane (one channel of one image). A maximum ignores NaN. Requires
// PlanePoolFits.
void RunPlanePool(const PoolPlane& plane, bool max);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_PLANE_POOL_H_
