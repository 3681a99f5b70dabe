#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(tan, UnaryKernel<UnaryOp::kTan>("Tan"));

}  // namespace onnxifi::cpu
