#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sin, UnaryKernel<UnaryOp::kSin>("Sin"));

}  // namespace onnxifi::cpu
