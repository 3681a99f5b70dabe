#include "backends/opencl/kernels/softmax.h"

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// From this version on the operators work along one axis; before, over all
// dimensions from the axis on.
constexpr int kSingleAxisOpset = 13;

// Outer dimensions, those of a row, and inner ones.
Result<Shape> RowShape(const PrepareContext& ctx) {
  const std::span<const int64_t> dims(ctx.in(0).dims);
  const bool single = ctx.opset() >= kSingleAxisOpset;
  const int64_t axis = ctx.attrs().Int("axis", single ? -1 : 1);
  // The flattening versions allow the axis after the last dimension.
  if (dims.empty() || (!single && axis == static_cast<int64_t>(dims.size()))) {
    return Shape{Product(dims), 1, 1};
  }
  ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                           NormalizeAxis(ctx, axis, dims.size()));
  if (!single)
    return Shape{Product(dims.first(a)), Product(dims.subspan(a)), 1};
  return Shape{Product(dims.first(a)), dims[a], Product(dims.subspan(a + 1))};
}

// What rounds a step's result to a half type; empty for wider types.
const char* StepOf(DataType type) {
  switch (type) {
    case DataType::kFloat16:
      return "$half_step";
    case DataType::kBfloat16:
      return "$bfloat16_step";
    default:
      return "";
  }
}

// Half types are rounded after subtraction, exponential, sum and division, as in
// ONNX's definition by these operators. `keep`: exponentials can be left in the
// output until their sum is known.
std::vector<RowStep> Steps(bool logarithm, bool keep, const std::string& step) {
  const std::string shifted = StrCat(step, "(x_v - (V)(peak))");
  const std::string power = StrCat(step, "($exp(", shifted, "))");
  std::vector<RowStep> steps;
  steps.push_back(FoldStep("peak", "-INFINITY", "x_v", kMaxText, {"x"}));
  RowStep sum = FoldStep("sum", "0", "e", kSumText, {"x"});
  sum.text = StrCat("const V e = ", power, ";\n");
  if (keep) sum.stores = {{"y", "e"}};
  steps.push_back(std::move(sum));
  const std::string total = step.empty() ? "sum" : StrCat(step, "(sum)");
  steps.push_back(TextStep(StrCat("const R total = ", total, ";\n")));
  steps.push_back(TextStep(logarithm ? "const R shift = log(total);\n"
                                     : "const R scale = (R)(1) / total;\n"));
  // A division by a sum that was rounded may lie right between two half numbers.
  const std::string value = logarithm      ? StrCat(shifted, " - (V)(shift)")
                            : keep         ? "y_v * (V)(scale)"
                            : step.empty() ? StrCat(power, " * (V)(scale)")
                                           : StrCat(power, " / (V)(total)");
  steps.push_back(EachStep({keep ? "y" : "x"}, "y", value));
  return steps;
}

}  // namespace

Reject SupportsSoftmax(const NodeView& node) {
  return RequireTypes(node, 0, kFloatTypes);
}

Status PrepareSoftmax(PrepareContext& ctx, bool logarithm) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(const Shape shape, RowShape(ctx));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  if (Product(shape) == 0) {
    SetLaunches(ctx, {});
    return Status::Ok();
  }
  RowSpec spec;
  spec.compute = ComputeType(in.type);
  spec.dims = RowDims(shape, 0b010);
  spec.operands = {{"x", in.type, RowMajorStrides(shape), 0},
                   {"y", in.type, RowMajorStrides(shape), 0}};
  spec.steps =
      Steps(logarithm, !logarithm && in.type == spec.compute, StepOf(in.type));
  SetRowKernel(ctx, spec);
  return Status::Ok();
}

}  // namespace onnxifi::opencl
