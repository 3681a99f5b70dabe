#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(sqrt,
                     {.op = "Sqrt", .text = "sqrt($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
