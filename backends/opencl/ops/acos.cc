#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(acos,
                     {.op = "Acos", .text = "acos($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
