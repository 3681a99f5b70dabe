#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(softplus,
                     {.op = "Softplus",
                      .text = "log1p(exp(-fabs($0))) + fmax($0, ($T)0)",
                      .types = kFloatTypes});

}  // namespace onnxifi::opencl
