#include "backends/cpu/kernels/binary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(add, BinaryKernel<BinaryOp::kAdd>("Add"));

}  // namespace onnxifi::cpu
