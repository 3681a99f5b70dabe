#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(sinh,
                     {.op = "Sinh", .text = "sinh($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
