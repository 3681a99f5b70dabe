#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(or, BinaryKernel<BinaryOp::kOr>("Or"));

}  // namespace onnxifi::cpu
