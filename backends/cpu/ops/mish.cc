#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(mish, UnaryKernel<UnaryOp::kMish>("Mish"));

}  // namespace onnxifi::cpu
