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
  } else if (ctx.HasInput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(axes, ctx.ConstantInts(1));
  }
  std::array<bool, graph::kMaxRank> drop = {};
  for (const int64_t axis : axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                             NormalizeAxis(ctx, axis, in.size()));
    if (in[a] != 1) {
      return ShapeError(ctx, StrCat("dimension ", a, " is ", in[a],
                                    "; only 1 can be squeezed"));
    }
    drop[a] = true;
  }
  const bool all = axes.empty() && !ctx.HasInput(1);
  Shape dims;
  for (size_t i = 0; i < in.size(); ++i) {
    if (all ? in[i] != 1 : !drop[i]) dims.push_back(in[i]);
  }
  return ctx.AliasOutput(0, 0, std::move(dims));
}

}  // namespace

ONNXIFI_DEFINE_OPS(squeeze, {.op = "Squeeze",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::shape_ops
