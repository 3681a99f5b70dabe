#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(swish, {.op = "Swish",
                             .text = "$0 / (($T)1 + exp(-$alpha * $0))",
                             .types = kFloatTypes,
                             .attributes = {{"alpha", 1.0f}}});

}  // namespace onnxifi::opencl
