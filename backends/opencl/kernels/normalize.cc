#include "backends/opencl/kernels/normalize.h"

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/reduce.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// The value of R `inverse`.
std::string InverseText(const Normalization& norm, int64_t count) {
  const std::string variance = StrCat("squares / (S)", count);
  if (norm.deviation_epsilon != 0) {
    return StrCat("(R)(1) / (sqrt(", variance, ") + ",
                  ScalarText(norm.deviation_epsilon), ")");
  }
  return StrCat("(R)(1) / sqrt(", variance, " + ", ScalarText(norm.epsilon),
                ")");
}

std::vector<RowStep> Steps(const PrepareContext& ctx, const Normalization& norm,
                           int64_t count) {
  std::vector<RowStep> steps;
  std::string value = "x_v";
  if (norm.centre) {
    value = "(x_v - (V)(mean))";
    steps.push_back(FoldStep("sum", "0", "x_v", kSumText, {"x"}));
    steps.push_back(TextStep(StrCat("const R mean = sum / (S)", count, ";\n")));
  }
  steps.push_back(
      FoldStep("squares", "0", StrCat(value, " * ", value), kSumText, {"x"}));
  RowStep inverse =
      TextStep(StrCat("const R inverse = ", InverseText(norm, count), ";\n"));
  if (norm.statistics) {
    if (ctx.HasOutput(1)) inverse.stores.emplace_back("mean_out", "mean");
    if (ctx.HasOutput(2)) inverse.stores.emplace_back("inverse_out", "inverse");
  }
  steps.push_back(std::move(inverse));
  std::vector<std::string> loads = {"x"};
  value += " * (V)(inverse)";
  if (!norm.gain.empty()) {
    value += " * gain_v";
    loads.emplace_back("gain");
  }
  if (!norm.shift.empty()) {
    value += " + shift_v";
    loads.emplace_back("shift");
  }
  steps.push_back(EachStep(std::move(loads), "y", value));
  return steps;
}

}  // namespace

std::string ScalarText(float value) { return StrCat("(S)", FloatText(value)); }

DataType JointComputeType(const PrepareContext& ctx, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (ctx.input_type(i) == DataType::kDouble) return DataType::kDouble;
  }
  return DataType::kFloat;
}

Result<std::vector<int64_t>> InnerStrides(const PrepareContext& ctx, size_t i,
                                          size_t axis) {
  const Shape& whole = ctx.in(0).dims;
  Shape dims = ctx.in(i).dims;
  while (!dims.empty() && dims.front() == 1) dims.erase(dims.begin());
  bool fits = dims.size() + axis <= whole.size();
  for (size_t d = 0; fits && d < dims.size(); ++d) {
    const int64_t full = whole[whole.size() - dims.size() + d];
    fits = dims[d] == 1 || dims[d] == full;
  }
  if (fits) return BroadcastStrides(dims, whole);
  return ShapeError(
      ctx, StrCat("input ", i, " of shape ", ShapeText(dims),
                  " does not fit the normalised part of ", ShapeText(whole)));
}

void PrepareNormalization(PrepareContext& ctx, const Normalization& norm) {
  RowSpec spec;
  spec.compute = JointComputeType(ctx, ctx.input_count());
  spec.dims = norm.dims;
  Shape shape;
  int64_t rows = 1;
  int64_t count = 1;
  for (const RowDim& dim : norm.dims) {
    shape.push_back(dim.size);
    (dim.reduced ? count : rows) *= dim.size;
  }
  // Rows of nothing still have statistics.
  const bool told = norm.statistics && ctx.output_count() > 1;
  if (rows == 0 || (count == 0 && !told)) {
    SetLaunches(ctx, {});
    return;
  }
  KernelText kernel;
  const auto in = [&](const char* name, size_t i,
                      const std::vector<int64_t>& strides) {
    if (strides.empty()) return;
    kernel.In(name, ctx.in(i).type, i);
    spec.operands.push_back({name, ctx.in(i).type, strides, 0});
  };
  const auto out = [&](const char* name, size_t o,
                       const std::vector<int64_t>& strides) {
    kernel.Out(name, ctx.out(o).type, o);
    spec.operands.push_back({name, ctx.out(o).type, strides, 0});
  };
  in("x", 0, RowMajorStrides(shape));
  in("gain", 1, norm.gain);
  in("shift", 2, norm.shift);
  out("y", 0, RowMajorStrides(shape));
  const std::vector<int64_t> kept = KeptStrides(norm.dims);
  if (norm.statistics && ctx.HasOutput(1)) out("mean_out", 1, kept);
  if (norm.statistics && ctx.HasOutput(2)) out("inverse_out", 2, kept);
  spec.steps = Steps(ctx, norm, count);
  SetLaunches(ctx, {MakeRowKernel(FactsOf(ctx), kernel, spec)});
}

}  // namespace onnxifi::opencl
