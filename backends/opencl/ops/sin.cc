#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(sin,
                     {.op = "Sin", .text = "sin($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
