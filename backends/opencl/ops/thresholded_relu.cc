#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {

ONNXIFI_CL_POINTWISE(thresholded_relu, {.op = "ThresholdedRelu",
                                        .text = "($0 > $alpha ? $0 : ($T)0)",
                                        .types = kFloatTypes,
                                        .attributes = {{"alpha", 1.0f}}});

}  // namespace onnxifi::opencl
