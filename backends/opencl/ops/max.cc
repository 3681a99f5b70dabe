#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(max, {.op = "Max",
                           .text = "(isnan($0) || $0 > $1 ? $0 : $1)",
                           .integer_text = "max($0, $1)",
                           .types = kNumberTypes,
                           .operands = 0});

}  // namespace onnxifi::opencl
