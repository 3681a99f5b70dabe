#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(cos,
                     {.op = "Cos", .text = "cos($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
