#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(not, UnaryKernel<UnaryOp::kLogicalNot>("Not"));

}  // namespace onnxifi::cpu
