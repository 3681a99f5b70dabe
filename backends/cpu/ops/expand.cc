#include <algorithm>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/expand_plan.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireKnown(n, 1);
}

// Both sides broadcast: where the shape asks for 1 the input's size stays.
Status Prepare(PrepareContext& ctx) {
  const Shape& in = ctx.in(0).dims;
  ONNXIFI_ASSIGN_OR_RETURN(Shape wanted, ctx.ConstantInts(1));
  const size_t rank = std::max(wanted.size(), in.size());
  wanted.insert(wanted.begin(), rank - wanted.size(), 1);
  const size_t shift = rank - in.size();
  for (size_t d = shift; d < rank; ++d) {
    if (wanted[d] == 1) wanted[d] = in[d - shift];
  }
  return PlanExpand(ctx, std::move(wanted));
}

}  // namespace

ONNXIFI_DEFINE_OPS(expand, {.op = "Expand",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
