#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(reduce_l1, ReduceKernelRow<ReduceOp::kSumAbs>("ReduceL1"));

}  // namespace onnxifi::cpu
