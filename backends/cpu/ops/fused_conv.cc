#include "backends/common/fusion/passes.h"
#include "backends/cpu/conv_plan.h"

namespace onnxifi::cpu {

// Conv with residual sum and activation: input 3 and the attributes of
// WriteActivation.
ONNXIFI_DEFINE_OPS(fused_conv, {.domain = kFusedDomain,
                                .op = "FusedConv",
                                .supports = &SupportsConv,
                                .prepare = &PrepareConv,
                                .any_layout = true});

}  // namespace onnxifi::cpu
