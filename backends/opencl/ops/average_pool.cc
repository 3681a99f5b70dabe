#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/pool.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  Reject reject = RequireTypes(node, 0, kFloatTypes);
  return reject.supported() ? SupportsWindow(node) : reject;
}

Status Prepare(PrepareContext& ctx) {
  PoolNode pool;
  pool.kind = PoolKind::kAverage;
  pool.count_padding = ctx.attrs().Int("count_include_pad", 0) != 0;
  const bool ceil_mode = ctx.attrs().Int("ceil_mode", 0) != 0;
  ONNXIFI_ASSIGN_OR_RETURN(pool.window,
                           ReadWindow(ctx, ctx.in(0).dims, {}, ceil_mode));
  return PlanPool(ctx, pool);
}

}  // namespace

ONNXIFI_DEFINE_OPS(average_pool, {.op = "AveragePool",
                                  .supports = &Supports,
                                  .prepare = &Prepare,
                                  .any_layout = true});

}  // namespace onnxifi::opencl
