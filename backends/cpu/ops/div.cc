#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(div, BinaryKernel<BinaryOp::kDiv>("Div"));

}  // namespace onnxifi::cpu
