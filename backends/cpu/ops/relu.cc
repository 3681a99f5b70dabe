#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(relu, UnaryKernel<UnaryOp::kRelu>("Relu"));

}  // namespace onnxifi::cpu
