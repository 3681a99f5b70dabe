#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(cos, UnaryKernel<UnaryOp::kCos>("Cos"));

}  // namespace onnxifi::cpu
