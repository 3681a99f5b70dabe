#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(reciprocal, UnaryKernel<UnaryOp::kReciprocal>("Reciprocal"));

}  // namespace onnxifi::cpu
