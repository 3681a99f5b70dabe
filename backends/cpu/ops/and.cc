#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(and, BinaryKernel<BinaryOp::kAnd>("And"));

}  // namespace onnxifi::cpu
