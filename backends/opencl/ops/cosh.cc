#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(cosh,
                     {.op = "Cosh", .text = "cosh($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
