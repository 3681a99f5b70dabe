#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_log_sum_exp, {.op = "ReduceLogSumExp",
                                       .end = ReduceRule::End::kLogSumExp,
                                       .types = kFloatTypes});

}  // namespace onnxifi::opencl
