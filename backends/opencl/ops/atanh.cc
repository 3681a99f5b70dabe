#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(atanh, {.op = "Atanh",
                             .text = "atanh($0)",
                             .types = kFloatTypes});

}  // namespace onnxifi::opencl
