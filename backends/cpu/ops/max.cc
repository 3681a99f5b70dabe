#include "backends/cpu/kernels/variadic_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(max, VariadicKernel<BinaryOp::kMax>("Max"));

}  // namespace onnxifi::cpu
