#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_ARG_REDUCE_OP_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_ARG_REDUCE_OP_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// Shared by ArgMax and ArgMin. A NaN wins over every number, as in NumPy.
Reject SupportsArgReduce(const NodeView& node);
Status PrepareArgReduce(PrepareContext& ctx, bool max);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_ARG_REDUCE_OP_H_
