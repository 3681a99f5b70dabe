#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(floor, {.op = "Floor",
                             .text = "floor($0)",
                             .types = kFloatTypes});

}  // namespace onnxifi::opencl
