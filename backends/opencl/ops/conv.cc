#include "backends/opencl/kernels/conv.h"

namespace onnxifi::opencl {

ONNXIFI_DEFINE_OPS(conv, {.op = "Conv",
                          .supports = &SupportsConv,
                          .prepare = &PrepareConv,
                          .any_layout = true});

}  // namespace onnxifi::opencl
