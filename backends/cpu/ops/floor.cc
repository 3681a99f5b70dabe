#include "backends/cpu/kernels/unary_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(floor, UnaryKernel<UnaryOp::kFloor>("Floor"));

}  // namespace onnxifi::cpu
