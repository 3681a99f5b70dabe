#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(
    reduce_log_sum,
    ReduceKernelRow<ReduceOp::kSum, ReduceEnd::kLog>("ReduceLogSum"));

}  // namespace onnxifi::cpu
