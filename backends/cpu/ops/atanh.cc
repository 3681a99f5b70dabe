#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(atanh, UnaryKernel<UnaryOp::kAtanh>("Atanh"));

}  // namespace onnxifi::cpu
