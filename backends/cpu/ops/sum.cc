#include "backends/cpu/kernels/variadic_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sum, VariadicKernel<BinaryOp::kAdd>("Sum"));

}  // namespace onnxifi::cpu
