#include <algorithm>
#include <limits>
#include <utility>

#include "backends/cpu/kernels/class_labels.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/ml_node.h"
#include "backends/cpu/kernels/node_key.h"
#include "backends/cpu/kernels/post_transform.h"
#include "backends/cpu/kernels/row_slots.h"
#include "backends/cpu/kernels/svm_model.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

// A pair's probability stays that far from 0 and 1.
constexpr double kLeastProbability = 1e-7;
constexpr size_t kMostClasses = 1 << 15;

struct Model {
  SvmModel svm;
  ClassLabels labels;
  PostTransform transform = PostTransform::kNone;
  int64_t classes = 0;
  int64_t pairs = 0;            // machines, one for each two classes
  std::vector<int64_t> begins;  // first support vector of each class; the end
  std::vector<double> prob_a;   // empty: scores, not probabilities
  std::vector<double> prob_b;
  int64_t columns = 0;  // of the output

  bool has_probabilities() const { return !prob_a.empty(); }
};

struct State {
  std::shared_ptr<const Model> model;
  FeatureMatrix matrix;
  RowSlots slots;
  bool has_scores = true;
};

Reject Supports(const NodeView& n) {
  if (Reject r = RequirePostTransform(n); !r.supported()) return r;
  if (Reject r = RequireSvmKernel(n); !r.supported()) return r;
  return RequireFeatures(n);
}

// Sets `begins`; the number of all support vectors.
Result<int64_t> ReadClassSizes(const NodeView& n, Model* model) {
  const auto sizes = n.attrs().Ints("vectors_per_class");
  int64_t total = 0;
  model->begins.push_back(0);
  for (const int64_t size : sizes) {
    if (size < 0 || !CheckedAdd(total, size, &total)) {
      return InvalidNode(n, StrCat("vectors_per_class has ", size));
    }
    model->begins.push_back(total);
  }
  if (total > 0 && sizes.size() != model->labels.size()) {
    return InvalidNode(
        n, StrCat("vectors_per_class has ", sizes.size(), " elements for ",
                  model->labels.size(), " classes"));
  }
  return total;
}

Status ReadProbabilities(const NodeView& n, Model* model) {
  const auto a = n.attrs().Floats("prob_a");
  const auto b = n.attrs().Floats("prob_b");
  if (a.empty() && b.empty()) return Status::Ok();
  if (a.size() != b.size() || static_cast<int64_t>(a.size()) < model->pairs ||
      model->pairs == 0) {
    return InvalidNode(
        n, StrCat("prob_a and prob_b have ", a.size(), " and ", b.size(),
                  " elements for ", model->pairs, " pairs of classes"));
  }
  model->prob_a.assign(a.begin(), a.end());
  model->prob_b.assign(b.begin(), b.end());
  return Status::Ok();
}

Result<std::shared_ptr<const Model>> MakeModel(const NodeView& n) {
  auto model = std::make_shared<Model>();
  ONNXIFI_ASSIGN_OR_RETURN(
      model->labels,
      ClassLabels::Read(n, "classlabels_ints", "classlabels_strings"));
  if (model->labels.size() > kMostClasses) {
    return InvalidNode(n, StrCat(model->labels.size(), " classes"));
  }
  model->classes = static_cast<int64_t>(model->labels.size());
  model->columns = model->classes;
  model->transform = ReadPostTransform(n);
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t vectors,
                           ReadClassSizes(n, model.get()));
  ONNXIFI_ASSIGN_OR_RETURN(model->svm,
                           ReadSvmModel(n, vectors, model->classes));
  if (vectors == 0) return std::shared_ptr<const Model>(std::move(model));
  model->pairs = model->classes * (model->classes - 1) / 2;
  int64_t wanted = 0;
  if (!CheckedMul(vectors, model->classes - 1, &wanted) ||
      static_cast<int64_t>(model->svm.coefficients.size()) != wanted ||
      static_cast<int64_t>(model->svm.rho.size()) < model->pairs) {
    return InvalidNode(
        n, StrCat(model->svm.coefficients.size(), " coefficients and ",
                  model->svm.rho.size(), " rho for ", vectors,
                  " support vectors of ", model->classes, " classes"));
  }
  ONNXIFI_RETURN_IF_ERROR(ReadProbabilities(n, model.get()));
  if (!model->has_probabilities() && model->classes > 2) {
    model->columns = model->pairs;
  }
  return std::shared_ptr<const Model>(std::move(model));
}

// Scratch of one row.
struct Work {
  double* features;
  double* kernels;
  double* decisions;  // of each pair
  double* pairs;      // probabilities: classes x classes
  double* coupling;
  double* votes;
  double* scores;
};

size_t PlaceWork(const Model& m, double* memory, Work* work) {
  size_t used = 0;
  const auto take = [&](int64_t count) {
    double* const at = memory == nullptr ? nullptr : memory + used;
    used += static_cast<size_t>(count);
    return at;
  };
  const int64_t square = m.has_probabilities() ? m.classes * m.classes : 0;
  work->features = take(m.svm.features);
  work->kernels = take(m.svm.vectors);
  work->decisions = take(m.pairs);
  work->pairs = take(square);
  work->coupling = take(square == 0 ? 0 : square + m.classes);
  work->votes = take(m.classes);
  work->scores = take(std::max<int64_t>(m.columns, 2));
  return used * sizeof(double);
}

size_t Top(const double* values, int64_t count) {
  return static_cast<size_t>(std::max_element(values, values + count) - values);
}

// Every pair of classes decides; the class with the most votes wins.
void Decide(const Model& m, const Work& w) {
  const SvmModel& svm = m.svm;
  const double* coefficients = svm.coefficients.data();
  std::fill_n(w.votes, m.classes, 0.0);
  const auto part = [&](int64_t row, int64_t of) {
    const int64_t begin = m.begins[static_cast<size_t>(of)];
    return DotProduct(coefficients + row * svm.vectors + begin,
                      w.kernels + begin,
                      m.begins[static_cast<size_t>(of) + 1] - begin);
  };
  int64_t pair = 0;
  for (int64_t i = 0; i < m.classes; ++i) {
    for (int64_t j = i + 1; j < m.classes; ++j, ++pair) {
      const double decision =
          svm.rho[static_cast<size_t>(pair)] + part(j - 1, i) + part(i, j);
      w.decisions[pair] = decision;
      w.votes[decision > 0 ? i : j] += 1;
    }
  }
}

void Probabilities(const Model& m, const Work& w) {
  int64_t pair = 0;
  for (int64_t i = 0; i < m.classes; ++i) {
    for (int64_t j = i + 1; j < m.classes; ++j, ++pair) {
      const auto at = static_cast<size_t>(pair);
      const double p = std::clamp(
          Logistic(-(w.decisions[pair] * m.prob_a[at] + m.prob_b[at])),
          kLeastProbability, 1 - kLeastProbability);
      w.pairs[i * m.classes + j] = p;
      w.pairs[j * m.classes + i] = 1 - p;
    }
  }
  CoupleProbabilities(m.classes, w.pairs, w.coupling, w.scores);
}

// The label, and the scores before storing them.
void ScoreRow(const Model& m, const RunArgs& args, int64_t row, const Work& w) {
  const SvmModel& svm = m.svm;
  const auto columns = static_cast<size_t>(m.columns);
  if (svm.vectors == 0) {
    for (int64_t c = 0; c < m.classes; ++c) {
      w.scores[c] =
          svm.rho[0] + DotProduct(w.features,
                                  svm.coefficients.data() + c * svm.features,
                                  svm.features);
    }
    m.labels.Store(args.out[0], row, Top(w.scores, m.classes));
    ApplyPostTransform(m.transform, {w.scores, columns});
    return;
  }
  svm.Kernels(w.features, w.kernels);
  Decide(m, w);
  m.labels.Store(args.out[0], row, Top(w.votes, m.classes));
  if (m.has_probabilities()) {
    Probabilities(m, w);
  } else if (m.classes == 2) {
    SplitScore(m.transform, w.decisions[0], false,
               std::span<double, 2>(w.scores, 2));
    return;
  } else {
    std::copy_n(w.decisions, m.pairs, w.scores);
  }
  ApplyPostTransform(m.transform, {w.scores, columns});
}

onnxStatus Run(const void* state, const RunArgs& args) {
  const State& s = *static_cast<const State*>(state);
  const Model& m = *s.model;
  float* const out = s.has_scores ? static_cast<float*>(args.out[1]) : nullptr;
  s.slots.Run(*args.pool, args.scratch,
              [&](int64_t begin, int64_t end, void* scratch) {
                Work w;
                PlaceWork(m, static_cast<double*>(scratch), &w);
                for (int64_t row = begin; row < end; ++row) {
                  LoadFeatures(s.matrix, args.in[0], row, w.features);
                  ScoreRow(m, args, row, w);
                  for (int64_t i = 0; out != nullptr && i < m.columns; ++i) {
                    out[row * m.columns + i] = static_cast<float>(w.scores[i]);
                  }
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
  const Model& m = *s.model;
  if (s.matrix.columns != m.svm.features) {
    return ShapeError(ctx, StrCat("the input has ", s.matrix.columns,
                                  " features, the model ", m.svm.features));
  }
  const int64_t work = m.svm.features * std::max(m.svm.vectors, m.classes) +
                       m.svm.vectors * m.classes + 1;
  Work w;
  s.slots = RowSlots(s.matrix.rows, kElementGrain / work, ctx.pool().threads(),
                     PlaceWork(m, nullptr, &w));
  ctx.BookScratch(s.slots.scratch_bytes());
  s.has_scores = ctx.HasOutput(1);
  const int64_t rows = s.matrix.rows;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {m.labels.type(), {rows}}));
  ONNXIFI_RETURN_IF_ERROR(
      ctx.SetOutput(1, {DataType::kFloat, {rows, m.columns}}));
  ctx.SetStepState(&Run, std::move(s));
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(svm_classifier, {.domain = kMlDomain,
                                    .op = "SVMClassifier",
                                    .supports = &Supports,
                                    .prepare = &Prepare});

}  // namespace onnxifi::cpu
