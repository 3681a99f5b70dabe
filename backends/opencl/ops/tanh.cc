#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(tanh,
                     {.op = "Tanh", .text = "tanh($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
