#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(log, UnaryKernel<UnaryOp::kLog>("Log"));

}  // namespace onnxifi::cpu
