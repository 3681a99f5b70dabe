#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(exp, UnaryKernel<UnaryOp::kExp>("Exp"));

}  // namespace onnxifi::cpu
