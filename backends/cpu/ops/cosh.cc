#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(cosh, UnaryKernel<UnaryOp::kCosh>("Cosh"));

}  // namespace onnxifi::cpu
