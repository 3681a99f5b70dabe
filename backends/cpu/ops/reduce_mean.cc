#include "backends/cpu/kernels/reduce_op.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(
    reduce_mean,
    ReduceKernelRow<ReduceOp::kSum, ReduceEnd::kMean>("ReduceMean"));

}  // namespace onnxifi::cpu
