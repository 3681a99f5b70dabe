#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(
    reduce_sum,
    ReduceKernelRow<ReduceOp::kSum, ReduceEnd::kNone, 13>("ReduceSum"));

}  // namespace onnxifi::cpu
