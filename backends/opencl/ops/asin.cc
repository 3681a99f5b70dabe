#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(asin,
                     {.op = "Asin", .text = "asin($0)", .types = kFloatTypes});

}  // namespace onnxifi::opencl
