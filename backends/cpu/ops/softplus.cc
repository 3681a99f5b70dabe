#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(softplus, UnaryKernel<UnaryOp::kSoftplus>("Softplus"));

}  // namespace onnxifi::cpu
