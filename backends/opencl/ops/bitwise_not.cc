#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(bitwise_not,
                     {.op = "BitwiseNot", .text = "~$0", .types = kIntTypes});

}  // namespace onnxifi::opencl
