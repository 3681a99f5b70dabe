#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_RESIZE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_RESIZE_H_

#include "backends/common/ops/resize_node.h"

namespace onnxifi::opencl {

// What the data type and the known inputs allow.
Reject SupportsResize(const NodeView& node, const ResizeNode& resize);
// Shapes, scratch and step.
Status PrepareResize(PrepareContext& ctx, const ResizeNode& resize);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_RESIZE_H_
