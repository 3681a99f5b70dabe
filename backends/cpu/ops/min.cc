#include "backends/cpu/kernels/variadic_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(min, VariadicKernel<BinaryOp::kMin>("Min"));

}  // namespace onnxifi::cpu
