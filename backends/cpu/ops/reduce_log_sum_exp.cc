#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(reduce_log_sum_exp,
                   ReduceKernelRow<ReduceOp::kSumExp, ReduceEnd::kLogSumExp>(
                       "ReduceLogSumExp"));

}  // namespace onnxifi::cpu
