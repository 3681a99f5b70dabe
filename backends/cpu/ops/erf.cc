#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(erf, UnaryKernel<UnaryOp::kErf>("Erf"));

}  // namespace onnxifi::cpu
