#include "backends/common/gradient/emitter.h"
#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/expand_plan.h"

namespace onnxifi::cpu {
namespace {

// Input 0 broadcast to the shape of input 1.
Reject Supports(const NodeView& node) { return RequireMovable(node, {0}); }

Status Prepare(PrepareContext& ctx) {
  ctx.ReleaseInput(1);
  return PlanExpand(ctx, ctx.in(1).dims);
}

}  // namespace

ONNXIFI_DEFINE_OPS(expand_to, {.domain = gradient::kDomain,
                               .op = "ExpandTo",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
