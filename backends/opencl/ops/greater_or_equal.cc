#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(greater_or_equal,
                     {.op = "GreaterOrEqual",
                      .text = "$0 >= $1",
                      .types = kNumberTypes,
                      .operands = 2,
                      .result = PointwiseRule::Result::kBool});

}  // namespace onnxifi::opencl
