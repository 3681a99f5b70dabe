#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_ARG_REDUCE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_ARG_REDUCE_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// ArgMax and ArgMin.
Reject SupportsArgReduce(const NodeView& node);
Status PrepareArgReduce(PrepareContext& ctx, bool max);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_ARG_REDUCE_H_
