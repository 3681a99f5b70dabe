#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_min, {.op = "ReduceMin",
                               .start = ReduceRule::Start::kHighest,
                               .combine = kReduceMinText,
                               .types = kAnyType});

}  // namespace onnxifi::opencl
