#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(asinh, UnaryKernel<UnaryOp::kAsinh>("Asinh"));

}  // namespace onnxifi::cpu
