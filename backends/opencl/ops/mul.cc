#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(mul, {.op = "Mul",
                           .text = "$0 * $1",
                           .integer_text = "($U)$0 * ($U)$1",
                           .types = kNumberTypes,
                           .operands = 2});

}  // namespace onnxifi::opencl
