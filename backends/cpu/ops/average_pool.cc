#include "backends/cpu/pool_plan.h"

namespace onnxifi::cpu {
namespace {

Reject Supports(const NodeView& node) {
  Reject reject = RequireTypeIn<FloatTypes>(node, 0);
  return reject.supported() ? SupportsWindow(node) : reject;
}

Status Prepare(PrepareContext& ctx) {
  const bool ceil_mode = ctx.attrs().Int("ceil_mode", 0) != 0;
  ONNXIFI_ASSIGN_OR_RETURN(const Window window,
                           ReadWindow(ctx, ctx.in(0).dims, {}, ceil_mode));
  const bool count_padding = ctx.attrs().Int("count_include_pad", 0) != 0;
  const PoolNode pool = {window, PoolKind::kAverage, count_padding};
  return BlockedPoolFits(ctx) ? PlanBlockedPool(ctx, pool)
                              : PlanPlainAverage(ctx, pool);
}

}  // namespace

ONNXIFI_DEFINE_OPS(average_pool, {.op = "AveragePool",
                                  .supports = &Supports,
                                  .prepare = &Prepare,
                                  .any_layout = true});

}  // namespace onnxifi::cpu
