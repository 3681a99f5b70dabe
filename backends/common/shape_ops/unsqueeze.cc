#include <array>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi::shape_ops {
namespace {

using graph::Shape;

Reject Supports(const NodeView& n) {
  if (Reject r = RequireTensors(n); !r.supported()) return r;
  return n.opset() >= 13 ? RequireKnown(n, 1) : Reject();
}

Status Prepare(PrepareContext& ctx) {
  const Shape& in = ctx.in(0).dims;
  std::vector<int64_t> axes;
  if (ctx.opset() < 13) {
    const auto given = ctx.attrs().Ints("axes");
    axes.assign(given.begin(), given.end());
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(axes, ctx.ConstantInts(1));
  }
  const size_t rank = in.size() + axes.size();
  if (rank > graph::kMaxRank) return ShapeError(ctx, "too many dimensions");
  std::array<bool, graph::kMaxRank> added = {};
  for (const int64_t axis : axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a, NormalizeAxis(ctx, axis, rank));
    if (added[a]) {
      return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                       StrCat("axis ", axis, " is given twice"));
    }
    added[a] = true;
  }
  Shape dims(rank, 1);
  for (size_t i = 0, from = 0; i < rank; ++i) {
    if (!added[i]) dims[i] = in[from++];
  }
  return ctx.AliasOutput(0, 0, std::move(dims));
}

}  // namespace

ONNXIFI_DEFINE_OPS(unsqueeze, {.op = "Unsqueeze",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::shape_ops
