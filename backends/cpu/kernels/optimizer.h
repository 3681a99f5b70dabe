#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_OPTIMIZER_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_OPTIMIZER_H_

#include <cstdint>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// The training operators: inputs R (rate), T (update count), then all
// tensors, all gradients, and one or two lists of states; outputs the new
// tensors and states in the same order.
enum class Optimizer : uint8_t { kAdagrad, kAdam, kMomentum };

Reject SupportsOptimizer(const NodeView& node, Optimizer optimizer);
Status PrepareOptimizer(PrepareContext& ctx, Optimizer optimizer);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_OPTIMIZER_H_
