#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(selu,
                     {.op = "Selu",
                      .text = "$gamma * ($0 > 0 ? $0 : $alpha * expm1($0))",
                      .types = kFloatTypes,
                      .attributes = {{"alpha", 1.67326319217681884765625f},
                                     {"gamma", 1.05070102214813232421875f}}});

}  // namespace onnxifi::opencl
