#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sigmoid, UnaryKernel<UnaryOp::kSigmoid>("Sigmoid"));

}  // namespace onnxifi::cpu
