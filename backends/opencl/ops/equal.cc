#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(equal, {.op = "Equal",
                             .text = "$0 == $1",
                             .types = kAnyType,
                             .operands = 2,
                             .result = PointwiseRule::Result::kBool});

}  // namespace onnxifi::opencl
