#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(reduce_sum_square,
                   ReduceKernelRow<ReduceOp::kSumSquare>("ReduceSumSquare"));

}  // namespace onnxifi::cpu
