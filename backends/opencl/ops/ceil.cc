#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(ceil,
                     {.op = "Ceil", .text = "ceil($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
