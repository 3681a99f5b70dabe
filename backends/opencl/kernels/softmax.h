#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_SOFTMAX_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_SOFTMAX_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// Softmax and LogSoftmax.
Reject SupportsSoftmax(const NodeView& node);
Status PrepareSoftmax(PrepareContext& ctx, bool logarithm);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_SOFTMAX_H_
