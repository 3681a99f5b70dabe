#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {

ONNXIFI_CL_REDUCE(reduce_mean, {.op = "ReduceMean",
                                .end = ReduceRule::End::kMean,
                                .types = kSumTypes});

}  // namespace onnxifi::opencl
