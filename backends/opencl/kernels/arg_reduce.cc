#include "backends/opencl/kernels/arg_reduce.h"

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/reduce.h"
#include "backends/opencl/kernels/vector_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// The value first, then its place: where it, or a NaN when it is one, stands.
std::vector<RowStep> Steps(bool max, bool last, DataType compute,
                           int64_t count) {
  std::vector<RowStep> steps;
  steps.push_back(
      FoldStep("best", max ? LowestText(compute) : HighestText(compute), "x_v",
               max ? kReduceMaxText : kReduceMinText, {"x"}));
  const std::string none = last ? "-1" : std::to_string(count);
  RowStep place = FoldStep(
      "place", none,
      StrCat("(x_v == (V)(best)) | (x_v != x_v) ? J : (PV)(", none, ")"),
      last ? kMaxText : kMinText, {"x"});
  place.of_positions = true;
  steps.push_back(std::move(place));
  steps.push_back(StoreStep("y", "place"));
  return steps;
}

}  // namespace

Reject SupportsArgReduce(const NodeView& node) {
  return RequireTypes(node, 0, kNumberTypes);
}

Status PrepareArgReduce(PrepareContext& ctx, bool max) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", 0), in.dims.size()));
  if (in.dims[axis] == 0) {
    return ShapeError(ctx, "the axis is empty: there is no index to return");
  }
  Shape out = in.dims;
  out[axis] = 1;
  const bool empty = Product(out) == 0;
  if (ctx.attrs().Int("keepdims", 1) == 0) {
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {DataType::kInt64, out}));
  if (empty) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  RowSpec spec;
  spec.compute = ComputeType(in.type);
  spec.positions = true;
  spec.dims = RowDims(in.dims, uint64_t{1} << axis);
  spec.operands = {{"x", in.type, RowMajorStrides(in.dims), 0},
                   {"y", DataType::kInt64, KeptStrides(spec.dims), 0}};
  spec.steps = Steps(max, ctx.attrs().Int("select_last_index", 0) != 0,
                     spec.compute, in.dims[axis]);
  SetRowKernel(ctx, spec);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
