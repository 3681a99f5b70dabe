#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_l1, {.op = "ReduceL1",
                              .value = "x_v < (V)(0) ? -x_v : x_v",
                              .types = kSumTypes});

}  // namespace onnxifi::opencl
