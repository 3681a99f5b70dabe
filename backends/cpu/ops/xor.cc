#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(xor, BinaryKernel<BinaryOp::kXor>("Xor"));

}  // namespace onnxifi::cpu
