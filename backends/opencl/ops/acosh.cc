#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(acosh, {.op = "Acosh",
                             .text = "acosh($0)",
                             .types = kFloatTypes});

}  // namespace onnxifi::opencl
