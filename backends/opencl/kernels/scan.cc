#include "backends/opencl/kernels/scan.h"

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

Reject SupportsScan(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kSumTypes); !r.supported()) return r;
  if (Reject r = RequireType(node, 1, {DataType::kInt32, DataType::kInt64});
      !r.supported()) {
    return r;
  }
  return RequireKnown(node, 1);
}

Status PrepareScan(PrepareContext& ctx, bool product) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                           ctx.ConstantInts(1));
  if (axes.size() != 1) return ShapeError(ctx, "axis must be one element");
  ONNXIFI_ASSIGN_OR_RETURN(const size_t axis,
                           NormalizeAxis(ctx, axes[0], in.dims.size()));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  if (Product(in.dims) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  RowSpec spec;
  spec.compute = ComputeType(in.type);
  spec.serial = true;
  spec.dims = RowDims(in.dims, uint64_t{1} << axis);
  RowOperand x = {"x", in.type, RowMajorStrides(in.dims), 0};
  if (ctx.attrs().Int("reverse", 0) != 0) {
    x.offset = x.strides[axis] * (in.dims[axis] - 1);
    x.strides[axis] = -x.strides[axis];
  }
  spec.operands = {x, {"y", in.type, x.strides, x.offset}};
  spec.steps.push_back(
      TextStep(StrCat("R total = (R)(", product ? 1 : 0, ");\n")));
  const bool exclusive = ctx.attrs().Int("exclusive", 0) != 0;
  RowStep step = EachStep({"x"}, "y", exclusive ? "before" : "total");
  step.text = StrCat("const V before = total;\ntotal = total ",
                     product ? "*" : "+", " x_v;\n");
  spec.steps.push_back(std::move(step));
  SetRowKernel(ctx, spec);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
