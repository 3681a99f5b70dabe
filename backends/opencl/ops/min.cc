#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(min, {.op = "Min",
                           .text = "(isnan($0) || $0 < $1 ? $0 : $1)",
                           .integer_text = "min($0, $1)",
                           .types = kNumberTypes,
                           .operands = 0});

}  // namespace onnxifi::opencl
