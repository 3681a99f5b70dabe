#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_CLASS_LOSS_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_CLASS_LOSS_H_

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// NegativeLogLikelihoodLoss, and SoftmaxCrossEntropyLoss, which takes scores
// and does the logarithm of softmax first.
Reject SupportsClassLoss(const NodeView& node);
Status PrepareClassLoss(PrepareContext& ctx, bool log_softmax);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_CLASS_LOSS_H_
