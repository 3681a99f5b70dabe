#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(equal, BinaryKernel<BinaryOp::kEqual>("Equal"));

}  // namespace onnxifi::cpu
