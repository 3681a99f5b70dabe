#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(
    sum, {.op = "Sum", .text = "$0 + $1", .types = kFloatTypes, .operands = 0});

}  // namespace onnxifi::opencl
