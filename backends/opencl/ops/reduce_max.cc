#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_max, {.op = "ReduceMax",
                               .start = ReduceRule::Start::kLowest,
                               .combine = kReduceMaxText,
                               .types = kAnyType});

}  // namespace onnxifi::opencl
