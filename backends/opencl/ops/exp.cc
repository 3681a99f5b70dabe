#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(exp,
                     {.op = "Exp", .text = "exp($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
