#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_prod, {.op = "ReduceProd",
                                .start = ReduceRule::Start::kOne,
                                .combine = "a * b",
                                .types = kSumTypes});

}  // namespace onnxifi::opencl
