#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(round,
                     {.op = "Round", .text = "rint($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
