#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(neg, UnaryKernel<UnaryOp::kNeg>("Neg"));

}  // namespace onnxifi::cpu
