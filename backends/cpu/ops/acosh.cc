#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(acosh, UnaryKernel<UnaryOp::kAcosh>("Acosh"));

}  // namespace onnxifi::cpu
