#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_log_sum, {.op = "ReduceLogSum",
                                   .end = ReduceRule::End::kLog,
                                   .types = kFloatTypes});

}  // namespace onnxifi::opencl
