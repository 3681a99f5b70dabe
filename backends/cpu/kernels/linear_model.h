#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_LINEAR_MODEL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_LINEAR_MODEL_H_

#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/post_transform.h"
#include "backends/cpu/kernels/row_slots.h"

namespace onnxifi::cpu {

// Coefficients and intercepts of LinearClassifier and LinearRegressor.
struct LinearModel {
  int64_t rows = 1;      // results for each row of the input
  int64_t features = 0;  // coefficients of each
  std::vector<double> coefficients;
  std::vector<double> intercepts;  // zeros when the node has none
};

// `rows` sets of coefficients; an error when they do not divide so.
Result<LinearModel> ReadLinearModel(const NodeView& node, int64_t rows);

// Books the scratch; an error when the input has other features.
Result<RowSlots> PrepareLinearRun(PrepareContext& ctx, const LinearModel& model,
                                  const FeatureMatrix& matrix);

// Calls row_fn(row, scores) for every row, in parallel; `scores` has the
// results of the row and room for one more.
template <typename RowFn>
void RunLinear(const LinearModel& model, const FeatureMatrix& matrix,
               const RowSlots& slots, const RunArgs& args,
               const RowFn& row_fn) {
  slots.Run(*args.pool, args.scratch,
            [&](int64_t begin, int64_t end, void* scratch) {
              double* const features = static_cast<double*>(scratch);
              double* const scores = features + model.features;
              for (int64_t row = begin; row < end; ++row) {
                LoadFeatures(matrix, args.in[0], row, features);
                for (int64_t i = 0; i < model.rows; ++i) {
                  scores[i] =
                      model.intercepts[static_cast<size_t>(i)] +
                      DotProduct(features,
                                 model.coefficients.data() + i * model.features,
                                 model.features);
                }
                row_fn(row, scores);
              }
            });
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_LINEAR_MODEL_H_
