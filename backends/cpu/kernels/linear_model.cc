#include "backends/cpu/kernels/linear_model.h"

#include "backends/cpu/kernels/elementwise_util.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

Result<LinearModel> ReadLinearModel(const NodeView& node, int64_t rows) {
  const auto coefficients = node.attrs().Floats("coefficients");
  const auto intercepts = node.attrs().Floats("intercepts");
  const auto count = static_cast<int64_t>(coefficients.size());
  if (rows < 1 || count == 0 || count % rows != 0) {
    return InvalidNode(node,
                       StrCat(count, " coefficients for ", rows, " results"));
  }
  if (!intercepts.empty() && static_cast<int64_t>(intercepts.size()) != rows) {
    return InvalidNode(
        node, StrCat(intercepts.size(), " intercepts for ", rows, " results"));
  }
  LinearModel model;
  model.rows = rows;
  model.features = count / rows;
  model.coefficients.assign(coefficients.begin(), coefficients.end());
  model.intercepts.assign(intercepts.begin(), intercepts.end());
  model.intercepts.resize(static_cast<size_t>(rows));
  return model;
}

Result<RowSlots> PrepareLinearRun(PrepareContext& ctx, const LinearModel& model,
                                  const FeatureMatrix& matrix) {
  if (matrix.columns != model.features) {
    return ShapeError(ctx, StrCat("the input has ", matrix.columns,
                                  " features, the model ", model.features));
  }
  const int64_t work = model.features * model.rows + model.rows;
  RowSlots slots(
      matrix.rows, kElementGrain / work, ctx.pool().threads(),
      static_cast<size_t>(model.features + model.rows + 1) * sizeof(double));
  ctx.BookScratch(slots.scratch_bytes());
  return slots;
}

}  // namespace onnxifi::cpu
