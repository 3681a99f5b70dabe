#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(greater_or_equal,
                   BinaryKernel<BinaryOp::kGreaterOrEqual>("GreaterOrEqual"));

}  // namespace onnxifi::cpu
