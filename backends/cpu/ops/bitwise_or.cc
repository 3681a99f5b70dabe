#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(bitwise_or, BinaryKernel<BinaryOp::kBitwiseOr>("BitwiseOr"));

}  // namespace onnxifi::cpu
