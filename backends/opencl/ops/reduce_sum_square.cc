#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_sum_square, {.op = "ReduceSumSquare",
                                      .value = "x_v * x_v",
                                      .types = kSumTypes});

}  // namespace onnxifi::opencl
