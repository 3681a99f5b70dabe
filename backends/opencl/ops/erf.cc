#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(erf,
                     {.op = "Erf", .text = "erf($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
