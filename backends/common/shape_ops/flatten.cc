#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi::shape_ops {
namespace {

Reject Supports(const NodeView& n) { return RequireTensors(n); }

Status Prepare(PrepareContext& ctx) {
  const graph::Shape& in = ctx.in(0).dims;
  const int64_t rank = static_cast<int64_t>(in.size());
  int64_t axis = ctx.attrs().Int("axis", 1);
  if (axis < -rank || axis > rank) {
    return NodeError(ctx, ONNXIFI_STATUS_INVALID_MODEL,
                     StrCat("axis ", axis, " is outside rank ", rank));
  }
  if (axis < 0) axis += rank;
  const std::span<const int64_t> dims(in);
  const size_t split = static_cast<size_t>(axis);
  return ctx.AliasOutput(
      0, 0, {Product(dims.first(split)), Product(dims.subspan(split))});
}

}  // namespace

ONNXIFI_DEFINE_OPS(flatten, {.op = "Flatten",
                             .supports = &Supports,
                             .prepare = &Prepare});

}  // namespace onnxifi::shape_ops
