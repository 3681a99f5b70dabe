#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(sub, BinaryKernel<BinaryOp::kSub>("Sub"));

}  // namespace onnxifi::cpu
