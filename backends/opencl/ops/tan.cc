#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(tan,
                     {.op = "Tan", .text = "tan($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
