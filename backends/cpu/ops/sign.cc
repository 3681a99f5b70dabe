#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sign, UnaryKernel<UnaryOp::kSign>("Sign"));

}  // namespace onnxifi::cpu
