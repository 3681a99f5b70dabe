#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(ceil, UnaryKernel<UnaryOp::kCeil>("Ceil"));

}  // namespace onnxifi::cpu
