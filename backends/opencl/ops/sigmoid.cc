#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(sigmoid, {.op = "Sigmoid",
                               .text = "($T)1 / (($T)1 + exp(-$0))",
                               .types = kFloatTypes});

}  // namespace onnxifi::opencl
