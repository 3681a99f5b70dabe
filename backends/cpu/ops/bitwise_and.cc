#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(bitwise_and,
                   BinaryKernel<BinaryOp::kBitwiseAnd>("BitwiseAnd"));

}  // namespace onnxifi::cpu
