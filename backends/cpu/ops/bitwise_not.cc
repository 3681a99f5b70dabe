#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(bitwise_not,
                   UnaryKernel<UnaryOp::kBitwiseNot>("BitwiseNot"));

}  // namespace onnxifi::cpu
