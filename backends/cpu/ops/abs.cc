#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(abs, UnaryKernel<UnaryOp::kAbs>("Abs"));

}  // namespace onnxifi::cpu
