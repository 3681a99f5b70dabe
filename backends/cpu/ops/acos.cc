#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(acos, UnaryKernel<UnaryOp::kAcos>("Acos"));

}  // namespace onnxifi::cpu
