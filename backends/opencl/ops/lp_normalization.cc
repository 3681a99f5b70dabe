#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  const int64_t p = node.attrs().Int("p", 2);
  if (p != 1 && p != 2) return {RejectReason::kAttribute, "p"};
  return RequireTypes(node, 0, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), in.dims.size()));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  if (Product(in.dims) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  const bool squares = ctx.attrs().Int("p", 2) == 2;
  RowSpec spec;
  spec.compute = ComputeType(in.type);
  spec.dims = RowDims(in.dims, uint64_t{1} << axis);
  spec.operands = {{"x", in.type, RowMajorStrides(in.dims), 0},
                   {"y", in.type, RowMajorStrides(in.dims), 0}};
  spec.steps.push_back(FoldStep("sum", "0", squares ? "x_v * x_v" : "fabs(x_v)",
                                kSumText, {"x"}));
  // Where the norm is 0, so are the elements.
  spec.steps.push_back(
      TextStep(squares ? "const R norm = sum == (R)(0) ? (R)(1) : sqrt(sum);\n"
                       : "const R norm = sum == (R)(0) ? (R)(1) : sum;\n"));
  spec.steps.push_back(EachStep({"x"}, "y", "x_v / (V)(norm)"));
  SetRowKernel(ctx, spec);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(lp_normalization, {.op = "LpNormalization",
                                      .supports = &Supports,
                                      .prepare = &Prepare});

}  // namespace onnxifi::opencl
