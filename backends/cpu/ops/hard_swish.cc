#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(hard_swish, UnaryKernel<UnaryOp::kHardSwish>("HardSwish"));

}  // namespace onnxifi::cpu
