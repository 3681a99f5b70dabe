#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(asinh, {.op = "Asinh",
                             .text = "asinh($0)",
                             .types = kFloatTypes});

}  // namespace onnxifi::opencl
