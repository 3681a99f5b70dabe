#include "backends/common/fusion/passes.h"
#include "backends/opencl/kernels/conv.h"

namespace onnxifi::opencl {

ONNXIFI_DEFINE_OPS(fused_conv, {.domain = kFusedDomain,
                                .op = "FusedConv",
                                .supports = &SupportsConv,
                                .prepare = &PrepareConv,
                                .any_layout = true});

}  // namespace onnxifi::opencl
