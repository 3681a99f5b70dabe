#ifndef ONNXIFI_BACKENDS_COMMON_OPS_QUANTIZED_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_QUANTIZED_NODE_H_

#include "backends/common/op_kernel.h"

namespace onnxifi {

// Shapes of zero points and scales of quantised products. Absent inputs fit.

// Input i is one number, or one for each of the channels.
Status CheckChannelParameter(const PrepareContext& ctx, size_t i,
                             int64_t channels);

// Input i is one number, or one for each row or column of `operand`: as a vector
// for every matrix, or with the operand's dimensions but 1 in place of the other
// one (`reduced`, counted from the back).
Status CheckLineParameter(const PrepareContext& ctx, size_t i, size_t operand,
                          size_t reduced);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_QUANTIZED_NODE_H_
