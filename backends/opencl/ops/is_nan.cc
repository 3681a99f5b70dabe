#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(is_nan, {.op = "IsNaN",
                              .text = "isnan($0)",
                              .types = kFloatTypes,
                              .result = PointwiseRule::Result::kBool});

}  // namespace onnxifi::opencl
