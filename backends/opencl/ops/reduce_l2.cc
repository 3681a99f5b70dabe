#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_l2, {.op = "ReduceL2",
                              .value = "x_v * x_v",
                              .end = ReduceRule::End::kSqrt,
                              .types = kSumTypes});

}  // namespace onnxifi::opencl
