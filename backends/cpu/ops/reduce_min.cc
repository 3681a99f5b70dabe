#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(reduce_min, ReduceKernelRow<ReduceOp::kMin>("ReduceMin"));

}  // namespace onnxifi::cpu
