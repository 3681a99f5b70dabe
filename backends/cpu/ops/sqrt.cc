#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sqrt, UnaryKernel<UnaryOp::kSqrt>("Sqrt"));

}  // namespace onnxifi::cpu
