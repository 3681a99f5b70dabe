#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(leaky_relu, {.op = "LeakyRelu",
                                  .text = "($0 < 0 ? $alpha * $0 : $0)",
                                  .types = kFloatTypes,
                                  .attributes = {{"alpha", 0.01f}}});

}  // namespace onnxifi::opencl
