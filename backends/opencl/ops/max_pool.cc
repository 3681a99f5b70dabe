#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/kernels/pool.h"

namespace onnxifi::opencl {
namespace {

constexpr TypeSet kTypes = kFloatTypes | TypeBit(graph::DataType::kInt8) |
                           TypeBit(graph::DataType::kUint8);

Reject Supports(const NodeView& node) {
  Reject reject = RequireTypes(node, 0, kTypes);
  return reject.supported() ? SupportsWindow(node) : reject;
}

Status Prepare(PrepareContext& ctx) {
  PoolNode pool;
  const bool ceil_mode = ctx.attrs().Int("ceil_mode", 0) != 0;
  ONNXIFI_ASSIGN_OR_RETURN(pool.window,
                           ReadWindow(ctx, ctx.in(0).dims, {}, ceil_mode));
  return PlanPool(ctx, pool);
}

}  // namespace

ONNXIFI_DEFINE_OPS(max_pool, {.op = "MaxPool",
                              .supports = &Supports,
                              .prepare = &Prepare,
                              .any_layout = true});

}  // namespace onnxifi::opencl
