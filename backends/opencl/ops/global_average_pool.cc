#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/pool.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  PoolNode pool;
  pool.kind = PoolKind::kAverage;
  ONNXIFI_ASSIGN_OR_RETURN(pool.window, GlobalWindow(ctx, ctx.in(0).dims));
  return PlanPool(ctx, pool);
}

}  // namespace

ONNXIFI_DEFINE_OPS(global_average_pool, {.op = "GlobalAveragePool",
                                         .supports = &Supports,
                                         .prepare = &Prepare,
                                         .any_layout = true});

}  // namespace onnxifi::opencl
