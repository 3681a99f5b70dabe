#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(atan,
                     {.op = "Atan", .text = "atan($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
