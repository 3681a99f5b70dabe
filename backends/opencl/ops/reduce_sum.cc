#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_sum,
                  {.op = "ReduceSum", .types = kSumTypes, .axes_input = 13});

}  // namespace onnxifi::opencl
