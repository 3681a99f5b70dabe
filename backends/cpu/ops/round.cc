#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(round, UnaryKernel<UnaryOp::kRound>("Round"));

}  // namespace onnxifi::cpu
