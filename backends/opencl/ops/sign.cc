#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(sign, {.op = "Sign",
                            .text = "($0 > 0 ? ($T)1 : ($0 < 0 ? ($T)-1 : $0))",
                            .integer_text = "($0 > 0) - ($0 < 0)",
                            .types = kNumberTypes});

}  // namespace onnxifi::opencl
