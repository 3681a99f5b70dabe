#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(softsign, UnaryKernel<UnaryOp::kSoftsign>("Softsign"));

}  // namespace onnxifi::cpu
