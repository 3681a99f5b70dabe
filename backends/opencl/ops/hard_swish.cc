#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(hard_swish,
                     {.op = "HardSwish",
                      .text = "$0 * clamp($0 / ($T)6 + ($T)0.5f, ($T)0, ($T)1)",
                      .types = kFloatTypes});

}  // namespace onnxifi::opencl
