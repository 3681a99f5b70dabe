#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/pool.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (node.opset() < 2) return {RejectReason::kOpset, "GlobalLpPool-1"};
  return RequireTypes(node, 0, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  PoolNode pool;
  pool.kind = PoolKind::kLp;
  pool.p = ctx.attrs().Int("p", 2);
  ONNXIFI_ASSIGN_OR_RETURN(pool.window, GlobalWindow(ctx, ctx.in(0).dims));
  return PlanPool(ctx, pool);
}

}  // namespace

ONNXIFI_DEFINE_OPS(global_lp_pool, {.op = "GlobalLpPool",
                                    .supports = &Supports,
                                    .prepare = &Prepare,
                                    .any_layout = true});

}  // namespace onnxifi::opencl
