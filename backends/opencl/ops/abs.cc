#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(abs, {.op = "Abs",
                           .text = "fabs($0)",
                           .integer_text = "($0 < 0 ? ($T)-($U)$0 : $0)",
                           .types = kNumberTypes});

}  // namespace onnxifi::opencl
