#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(mul, BinaryKernel<BinaryOp::kMul>("Mul"));

}  // namespace onnxifi::cpu
