#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(
    div, {.op = "Div",
          .text = "$0 / $1",
          .integer_text =
              "($1 == 0 ? ($T)0 : (($T)-1 < 0 && $1 == ($T)-1 ? ($T)-($U)$0 "
              ": ($T)($0 / $1)))",
          .types = kNumberTypes,
          .operands = 2});

}  // namespace onnxifi::opencl
