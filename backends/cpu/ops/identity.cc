#include "backends/cpu/kernels/elementwise_util.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& n) { return RequireTensors(n); }

Status Prepare(PrepareContext& ctx) {
  return ctx.AliasOutput(0, 0, ctx.in(0).dims);
}

}  // namespace

ONNXIFI_DEFINE_OPS(identity, {.op = "Identity",
                              .supports = &Supports,
                              .prepare = &Prepare,
                              .any_layout = true});

}  // namespace onnxifi::cpu
