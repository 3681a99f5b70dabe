#include <algorithm>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/normalize.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  const int64_t stash = node.attrs().Int("stash_type", 1);
  if (stash != static_cast<int64_t>(DataType::kFloat)) {
    return {RejectReason::kAttribute, StrCat("stash_type ", stash)};
  }
  return {};
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), in.dims.size()));
  Normalization norm;
  norm.dims = RowDims(in.dims, ~uint64_t{0} << axis);
  norm.epsilon = ctx.attrs().Float("epsilon", 1e-5F);
  norm.statistics = true;
  ONNXIFI_ASSIGN_OR_RETURN(norm.gain, InnerStrides(ctx, 1, axis));
  if (ctx.HasInput(2)) {
    ONNXIFI_ASSIGN_OR_RETURN(norm.shift, InnerStrides(ctx, 2, axis));
  }
  Shape reduced = in.dims;
  std::fill(reduced.begin() + static_cast<std::ptrdiff_t>(axis), reduced.end(),
            1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  for (size_t o = 1; o < ctx.output_count(); ++o) {
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(o, {DataType::kFloat, reduced}));
  }
  ctx.AllowInPlace(0, 0);
  PrepareNormalization(ctx, norm);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(layer_normalization, {.op = "LayerNormalization",
                                         .supports = &Supports,
                                         .prepare = &Prepare});

}  // namespace onnxifi::opencl
