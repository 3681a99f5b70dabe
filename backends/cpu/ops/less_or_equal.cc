#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(less_or_equal,
                   BinaryKernel<BinaryOp::kLessOrEqual>("LessOrEqual"));

}  // namespace onnxifi::cpu
