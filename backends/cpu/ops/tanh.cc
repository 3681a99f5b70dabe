#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(tanh, UnaryKernel<UnaryOp::kTanh>("Tanh"));

}  // namespace onnxifi::cpu
