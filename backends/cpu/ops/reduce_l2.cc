#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(
    reduce_l2,
    ReduceKernelRow<ReduceOp::kSumSquare, ReduceEnd::kSqrt>("ReduceL2"));

}  // namespace onnxifi::cpu
