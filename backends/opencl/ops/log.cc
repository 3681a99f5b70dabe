#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(log,
                     {.op = "Log", .text = "log($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
