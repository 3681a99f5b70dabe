#include "backends/cpu/kernels/post_transform.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

// Smaller scores count as "no score" in SOFTMAX_ZERO.
constexpr double kZeroScore = 1e-7;

// The inverse error function by Winitzki's approximation, whose error is below
// 0.002: the one that implementations of PROBIT agree on.
double InverseErf(double x) {
  constexpr double a = 0.147;
  const double log = std::log((1 - x) * (1 + x));
  const double mean = 2 / (std::numbers::pi * a) + log / 2;
  return std::copysign(std::sqrt(std::sqrt(mean * mean - log / a) - mean), x);
}

double Probit(double x) { return std::numbers::sqrt2 * InverseErf(2 * x - 1); }

double Largest(std::span<const double> scores) {
  return *std::max_element(scores.begin(), scores.end());
}

void Softmax(std::span<double> scores) {
  const double largest = Largest(scores);
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - largest);
  for (double& score : scores) score /= sum;
}

// Softmax among the classes that have a score; the others stay (near) zero.
void SoftmaxZero(std::span<double> scores) {
  const double largest = Largest(scores);
  double sum = 0;
  for (double& score : scores) {
    if (std::abs(score) > kZeroScore) {
      sum += score = std::exp(score - largest);
    } else {
      score *= std::exp(-largest);
    }
  }
  for (double& score : scores) score = sum == 0 ? 0.5 : score / sum;
}

}  // namespace

bool ParsePostTransform(std::string_view text, PostTransform* transform) {
  if (text == "NONE") {
    *transform = PostTransform::kNone;
  } else if (text == "SOFTMAX") {
    *transform = PostTransform::kSoftmax;
  } else if (text == "LOGISTIC") {
    *transform = PostTransform::kLogistic;
  } else if (text == "SOFTMAX_ZERO") {
    *transform = PostTransform::kSoftmaxZero;
  } else if (text == "PROBIT") {
    *transform = PostTransform::kProbit;
  } else {
    return false;
  }
  return true;
}

Reject RequirePostTransform(const NodeView& node) {
  const auto text = node.attrs().String("post_transform", "NONE");
  PostTransform transform;
  if (ParsePostTransform(text, &transform)) return {};
  return {RejectReason::kAttribute, StrCat("post_transform ", text)};
}

PostTransform ReadPostTransform(const NodeView& node) {
  PostTransform transform = PostTransform::kNone;
  ParsePostTransform(node.attrs().String("post_transform", "NONE"), &transform);
  return transform;
}

double Logistic(double x) {
  const double small = std::exp(-std::abs(x));
  return (x < 0 ? small : 1) / (1 + small);
}

void ApplyPostTransform(PostTransform transform, std::span<double> scores) {
  if (scores.empty()) return;
  switch (transform) {
    case PostTransform::kNone:
      return;
    case PostTransform::kSoftmax:
      return Softmax(scores);
    case PostTransform::kSoftmaxZero:
      return SoftmaxZero(scores);
    case PostTransform::kLogistic:
      for (double& score : scores) score = Logistic(score);
      return;
    case PostTransform::kProbit:
      for (double& score : scores) score = Probit(score);
      return;
  }
}

void SplitScore(PostTransform transform, double score, bool is_probability,
                std::span<double, 2> scores) {
  // PROBIT takes probabilities, the other transforms take margins.
  if (transform != PostTransform::kNone) {
    is_probability = transform == PostTransform::kProbit;
  }
  scores[0] = is_probability ? 1 - score : -score;
  scores[1] = score;
  ApplyPostTransform(transform, scores);
}

}  // namespace onnxifi::cpu
