#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(bitwise_xor,
                   BinaryKernel<BinaryOp::kBitwiseXor>("BitwiseXor"));

}  // namespace onnxifi::cpu
