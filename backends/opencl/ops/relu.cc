#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(relu, {.op = "Relu",
                            .text = "($0 < 0 ? ($T)0 : $0)",
                            .types = kFloatTypes | kSignedTypes});

}  // namespace onnxifi::opencl
