#include <algorithm>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireMovable(node, {0}); !r.supported()) return r;
  return RequireKnown(node, 1);
}

Status Prepare(PrepareContext& ctx) {
  const Shape in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(const Shape wanted, ctx.ConstantInts(1));
  if (std::any_of(wanted.begin(), wanted.end(),
                  [](int64_t dim) { return dim < 0; })) {
    return ShapeError(ctx, "the shape has a negative dimension");
  }
  // Both sides broadcast: where the shape asks for 1 the input's size stays.
  const Shape shapes[] = {in, wanted};
  ONNXIFI_ASSIGN_OR_RETURN(const Shape out, BroadcastShape(ctx.node(), shapes));
  if (Product(out) == Product(in)) return ctx.AliasOutput(0, 0, out);
  return PrepareView(ctx, out, {out, BroadcastStrides(in, out), 0});
}

}  // namespace

ONNXIFI_DEFINE_OPS(expand, {.op = "Expand",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
