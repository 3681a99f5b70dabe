#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(reduce_max, ReduceKernelRow<ReduceOp::kMax>("ReduceMax"));

}  // namespace onnxifi::cpu
