#include "backends/cpu/conv_plan.h"

namespace onnxifi::cpu {

ONNXIFI_DEFINE_OPS(conv, {.op = "Conv",
                          .supports = &SupportsConv,
                          .prepare = &PrepareConv,
                          .any_layout = true});

}  // namespace onnxifi::cpu
