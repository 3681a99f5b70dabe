#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(less, BinaryKernel<BinaryOp::kLess>("Less"));

}  // namespace onnxifi::cpu
