#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_H_

#include "backends/common/op_kernel.h"
#include "backends/common/ops/resize_node.h"

namespace onnxifi::cpu {

// What the data type and the known inputs allow.
Reject SupportsResize(const NodeView& node, const ResizeNode& resize);
// Shapes, scratch and step.
Status PrepareResize(PrepareContext& ctx, ResizeNode resize);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_RESIZE_H_
