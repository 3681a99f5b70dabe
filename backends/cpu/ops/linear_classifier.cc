#include <algorithm>
#include <utility>

#include "backends/cpu/kernels/class_labels.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/linear_model.h"
#include "backends/cpu/kernels/node_key.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct Model {
  LinearModel linear;
  ClassLabels labels;
  PostTransform transform = PostTransform::kNone;
  // Two labels, but the coefficients of the second one alone.
  bool one_column = false;
};

struct State {
  std::shared_ptr<const Model> model;
  FeatureMatrix matrix;
  RowSlots slots;
  int64_t columns = 0;  // of the scores
  bool has_scores = true;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequirePostTransform(n); !r.supported()) return r;
  return RequireFeatures(n);
}

Result<std::shared_ptr<const Model>> MakeModel(const NodeView& n) {
  auto model = std::make_shared<Model>();
  ONNXIFI_ASSIGN_OR_RETURN(
      model->labels,
      ClassLabels::Read(n, "classlabels_ints", "classlabels_strings"));
  const size_t labels = model->labels.size();
  size_t rows = n.attrs().Floats("intercepts").size();
  if (rows == 0) rows = labels;
  model->one_column = rows == 1 && labels == 2;
  if (rows != labels && !model->one_column) {
    return InvalidNode(n, StrCat(rows, " intercepts for ", labels, " classes"));
  }
  ONNXIFI_ASSIGN_OR_RETURN(model->linear,
                           ReadLinearModel(n, static_cast<int64_t>(rows)));
  model->transform = ReadPostTransform(n);
  return std::shared_ptr<const Model>(std::move(model));
}

// `scores` has room for one more.
void Finish(const Model& m, const RunArgs& args, int64_t row, double* scores) {
  const auto count = static_cast<size_t>(m.linear.rows);
  if (count == 1) {
    const double score = scores[0];
    m.labels.StoreBinary(args.out[0], row, score > 0);
    if (m.one_column) {
      SplitScore(m.transform, score, true, std::span<double, 2>(scores, 2));
    } else {
      ApplyPostTransform(m.transform, {scores, 1});
    }
    return;
  }
  m.labels.Store(
      args.out[0], row,
      static_cast<size_t>(std::max_element(scores, scores + count) - scores));
  ApplyPostTransform(m.transform, {scores, count});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const Model& m = *s.model;
  float* const out = s.has_scores ? static_cast<float*>(args.out[1]) : nullptr;
  RunLinear(m.linear, s.matrix, s.slots, args,
            [&](int64_t row, double* scores) {
              Finish(m, args, row, scores);
              for (int64_t i = 0; out != nullptr && i < s.columns; ++i) {
                out[row * s.columns + i] = static_cast<float>(scores[i]);
              }
            });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  State s;
  ONNXIFI_ASSIGN_OR_RETURN(
      s.model, ctx.packed().GetOrMake<Model>(NodeKey(ctx),
                                             [&] { return MakeModel(ctx); }));
  ONNXIFI_ASSIGN_OR_RETURN(s.matrix, ReadFeatures(ctx));
  ONNXIFI_ASSIGN_OR_RETURN(s.slots,
                           PrepareLinearRun(ctx, s.model->linear, s.matrix));
  s.columns = static_cast<int64_t>(s.model->labels.size());
  s.has_scores = ctx.HasOutput(1);
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(0, {s.model->labels.type(), {s.matrix.rows}}));
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(1, {DataType::kFloat, {s.matrix.rows, s.columns}}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(linear_classifier, {.domain = kMlDomain,
                                       .op = "LinearClassifier",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::cpu
