#include "backends/cpu/kernels/variadic_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(mean, VariadicKernel<BinaryOp::kAdd, true>("Mean"));

}  // namespace onnxifi::cpu
