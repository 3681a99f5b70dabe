#include <algorithm>
#include <utility>

#include "backends/cpu/kernels/class_labels.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/tree_op.h"
#include "backends/cpu/kernels/tree_reader.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

struct Model {
  TreeModel trees;
  ClassLabels labels;
  // Two classes, but all votes are for one of them: its score decides.
  bool one_column = false;
  size_t column = 0;
  bool is_probability = false;  // no vote is negative
};

struct State {
  std::shared_ptr<const Model> model;
  TreeRun run;
  bool has_scores = true;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequirePostTransform(n); !r.supported()) return r;
  return RequireFeatures(n);
}

// What is said about the votes by those that are reached.
void LookAtVotes(Model* model) {
  const std::vector<TreeVote>& votes = model->trees.table.votes;
  if (votes.empty()) return;
  const int32_t first = votes[0].target;
  model->column = static_cast<size_t>(first);
  model->one_column =
      model->labels.size() == 2 &&
      std::all_of(votes.begin(), votes.end(),
                  [&](const TreeVote& v) { return v.target == first; });
  model->is_probability =
      std::all_of(votes.begin(), votes.end(),
                  [](const TreeVote& v) { return v.weight >= 0; });
}

Result<std::shared_ptr<const Model>> MakeModel(const NodeView& n) {
  auto model = std::make_shared<Model>();
  ONNXIFI_ASSIGN_OR_RETURN(
      model->labels,
      ClassLabels::Read(n, "classlabels_int64s", "classlabels_strings"));
  const auto classes = static_cast<int64_t>(model->labels.size());
  ONNXIFI_ASSIGN_OR_RETURN(model->trees.table, ReadTrees(n, "class_", classes));
  ONNXIFI_ASSIGN_OR_RETURN(model->trees.base, AttrNumbers(n, "base_values"));
  model->trees.transform = ReadPostTransform(n);
  LookAtVotes(model.get());
  const size_t base = model->trees.base.size();
  if (base == model->labels.size()) {
    // A base value for each class makes it an ordinary model of two columns.
    if (base == 2) model->one_column = false;
  } else if (base > 1 || (base == 1 && !model->one_column)) {
    return InvalidNode(n,
                       StrCat(base, " base_values for ", classes, " classes"));
  }
  return std::shared_ptr<const Model>(std::move(model));
}

// The class with the highest score among those that have one; of several
// equal ones the first.
size_t TopClass(const double* scores, const uint8_t* voted, size_t count,
                bool all) {
  size_t top = count;
  for (size_t i = 0; i < count; ++i) {
    if (!all && voted[i] == 0) continue;
    if (top == count || scores[i] > scores[top]) top = i;
  }
  return top == count ? 0 : top;
}

// Two classes from the score of one.
void FinishOneColumn(const Model& m, const RunArgs& args, int64_t row,
                     double* scores) {
  double score = scores[m.column];
  if (!m.trees.base.empty()) score += m.trees.base[0];
  const PostTransform transform = m.trees.transform;
  const bool probability =
      transform == PostTransform::kProbit ||
      (transform == PostTransform::kNone && m.is_probability);
  m.labels.StoreBinary(args.out[0], row, score > (probability ? 0.5 : 0.0));
  if (m.column == 0) {
    SplitScore(transform, score, probability, std::span<double, 2>(scores, 2));
    return;
  }
  // The second class has it by name: the first keeps what it has, nothing.
  scores[1] = score;
  ApplyPostTransform(transform, {scores, 2});
}

void Finish(const Model& m, const RunArgs& args, int64_t row, double* scores,
            const uint8_t* voted) {
  const size_t count = m.labels.size();
  for (size_t i = 0; i < m.trees.base.size(); ++i) {
    scores[i] += m.trees.base[i];
  }
  if (count == 1) {
    m.labels.StoreBinary(args.out[0], row, scores[0] > 0);
  } else {
    m.labels.Store(args.out[0], row,
                   TopClass(scores, voted, count, !m.trees.base.empty()));
  }
  ApplyPostTransform(m.trees.transform, {scores, count});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const Model& m = *s.model;
  const auto count = static_cast<int64_t>(m.labels.size());
  float* const out = s.has_scores ? static_cast<float*>(args.out[1]) : nullptr;
  RunTrees(m.trees.table, s.run, args,
           [&](int64_t row, double* scores, const uint8_t* voted) {
             if (m.one_column) {
               FinishOneColumn(m, args, row, scores);
             } else {
               Finish(m, args, row, scores, voted);
             }
             for (int64_t i = 0; out != nullptr && i < count; ++i) {
               out[row * count + i] = static_cast<float>(scores[i]);
             }
           });
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  State s;
  ONNXIFI_ASSIGN_OR_RETURN(
      s.model, ctx.packed().GetOrMake<Model>(NodeKey(ctx),
                                             [&] { return MakeModel(ctx); }));
  ONNXIFI_ASSIGN_OR_RETURN(s.run, PrepareTreeRun(ctx, s.model->trees.table));
  const int64_t rows = s.run.matrix.rows;
  s.has_scores = ctx.HasOutput(1);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {s.model->labels.type(), {rows}}));
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(1, {DataType::kFloat,
                        {rows, static_cast<int64_t>(s.model->labels.size())}}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(tree_ensemble_classifier, {.domain = kMlDomain,
                                              .op = "TreeEnsembleClassifier",
                                              .supports = &Supports,
                                              .prepare = &Prepare});

}  // namespace onnxifi::cpu
