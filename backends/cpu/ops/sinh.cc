#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sinh, UnaryKernel<UnaryOp::kSinh>("Sinh"));

}  // namespace onnxifi::cpu
