#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(reciprocal, {.op = "Reciprocal",
                                  .text = "($T)1 / $0",
                                  .types = kFloatTypes});

}  // namespace onnxifi::opencl
