#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(atan, UnaryKernel<UnaryOp::kAtan>("Atan"));

}  // namespace onnxifi::cpu
