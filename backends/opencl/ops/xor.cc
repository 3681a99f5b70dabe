#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(xor, {
                              .op = "Xor",
                              .text = "$0 != $1",
                              .types = kBoolType,
                              .operands = 2,
                              .result = PointwiseRule::Result::kBool});

}  // namespace onnxifi::opencl
