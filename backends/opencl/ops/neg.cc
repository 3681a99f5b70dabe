#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(neg, {.op = "Neg",
                           .text = "-$0",
                           .integer_text = "-($U)$0",
                           .types = kFloatTypes | kSignedTypes});

}  // namespace onnxifi::opencl
