#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(or, {.op = "Or",
                          .text = "$0 || $1",
                          .types = kBoolType,
                          .operands = 2,
                          .result = PointwiseRule::Result::kBool});

}  // namespace onnxifi::opencl
