#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(not, {.op = "Not", .text = "!$0", .types = kBoolType});

}  // namespace onnxifi::opencl
