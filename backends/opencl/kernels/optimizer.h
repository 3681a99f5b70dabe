#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_OPTIMIZER_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_OPTIMIZER_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// The operators of ai.onnx.preview.training: inputs are the rate, the count of
// updates, then lists of tensors, their gradients and one or two states.
enum class Optimizer : uint8_t { kAdagrad, kAdam, kMomentum };

Reject SupportsOptimizer(const NodeView& node, Optimizer optimizer);
Status PrepareOptimizer(PrepareContext& ctx, Optimizer optimizer);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_OPTIMIZER_H_
