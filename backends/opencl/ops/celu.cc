#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(celu,
                     {.op = "Celu",
                      .text = "($0 < 0 ? $alpha * expm1($0 / $alpha) : $0)",
                      .types = kFloatTypes,
                      .attributes = {{"alpha", 1.0f}}});

}  // namespace onnxifi::opencl
