#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(bitwise_xor, {.op = "BitwiseXor",
                                   .text = "$0 ^ $1",
                                   .types = kIntTypes,
                                   .operands = 2});

}  // namespace onnxifi::opencl
