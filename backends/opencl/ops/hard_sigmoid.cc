#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(hard_sigmoid,
                     {.op = "HardSigmoid",
                      .text = "clamp($alpha * $0 + $beta, ($T)0, ($T)1)",
                      .types = kFloatTypes,
                      .attributes = {{"alpha", 0.2f}, {"beta", 0.5f}}});

}  // namespace onnxifi::opencl
