#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(softsign, {.op = "Softsign",
                                .text = "$0 / (($T)1 + fabs($0))",
                                .types = kFloatTypes});

}  // namespace onnxifi::opencl
