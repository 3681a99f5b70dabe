#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(greater, BinaryKernel<BinaryOp::kGreater>("Greater"));

}  // namespace onnxifi::cpu
