#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(p_relu,
                     {.op = "PRelu",
                      .text = "($0 < 0 ? $0 * $1 : $0)",
                      .integer_text = "($0 < 0 ? ($T)(($U)$0 * ($U)$1) : $0)",
                      .types = kFloatTypes | kIntTypes,
                      .operands = 2});

}  // namespace onnxifi::opencl
