#include "backends/cpu/kernels/svm_model.h"

#include <algorithm>
#include <cmath>

#include "backends/cpu/kernels/ml_node.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

constexpr int kMaxRounds = 100;
// Rounds end when no probability is further than this, divided by the number
// of classes, from its fixed point.
constexpr double kPrecision = 0.005;

}  // namespace

double SvmKernel::operator()(const double* a, const double* b,
                             int64_t count) const {
  switch (kind) {
    case Kind::kLinear:
      return DotProduct(a, b, count);
    case Kind::kPoly:
      return std::pow(gamma * DotProduct(a, b, count) + coef0, degree);
    case Kind::kRbf:
      return std::exp(-gamma * SquaredDistance(a, b, count));
    case Kind::kSigmoid:
      return std::tanh(gamma * DotProduct(a, b, count) + coef0);
  }
  return 0;
}

bool ParseSvmKernel(std::string_view text, SvmKernel::Kind* kind) {
  if (text == "LINEAR") {
    *kind = SvmKernel::Kind::kLinear;
  } else if (text == "POLY") {
    *kind = SvmKernel::Kind::kPoly;
  } else if (text == "RBF") {
    *kind = SvmKernel::Kind::kRbf;
  } else if (text == "SIGMOID") {
    *kind = SvmKernel::Kind::kSigmoid;
  } else {
    return false;
  }
  return true;
}

Reject RequireSvmKernel(const NodeView& node) {
  const auto text = node.attrs().String("kernel_type", "LINEAR");
  SvmKernel::Kind kind;
  if (ParseSvmKernel(text, &kind)) return {};
  return {RejectReason::kAttribute, StrCat("kernel_type ", text)};
}

void SvmModel::Kernels(const double* row, double* out) const {
  for (int64_t i = 0; i < vectors; ++i) {
    out[i] = kernel(row, support.data() + i * features, features);
  }
}

Result<SvmModel> ReadSvmModel(const NodeView& node, int64_t vectors,
                              int64_t planes) {
  const graph::AttrReader attrs = node.attrs();
  SvmModel model;
  const auto copy = [&](const char* name, std::vector<double>* to) {
    const auto from = attrs.Floats(name);
    to->assign(from.begin(), from.end());
    return static_cast<int64_t>(from.size());
  };
  const int64_t support = copy("support_vectors", &model.support);
  const int64_t coefficients = copy("coefficients", &model.coefficients);
  if (coefficients == 0 || copy("rho", &model.rho) == 0) {
    return InvalidNode(node, "has no coefficients or no rho");
  }
  model.vectors = vectors;
  if (vectors == 0) {
    if (coefficients % planes != 0) {
      return InvalidNode(
          node, StrCat(coefficients, " coefficients for ", planes, " classes"));
    }
    model.features = coefficients / planes;
    return model;
  }
  if (vectors < 0 || support == 0 || support % vectors != 0) {
    return InvalidNode(
        node, StrCat(support, " numbers for ", vectors, " support vectors"));
  }
  model.features = support / vectors;
  ParseSvmKernel(attrs.String("kernel_type", "LINEAR"), &model.kernel.kind);
  const auto params = attrs.Floats("kernel_params");
  if (!params.empty() && params.size() < 3) {
    return InvalidNode(node, "kernel_params must be gamma, coef0 and degree");
  }
  if (!params.empty()) {
    model.kernel.gamma = params[0];
    model.kernel.coef0 = params[1];
    model.kernel.degree = params[2];
  }
  return model;
}

void CoupleProbabilities(int64_t classes, const double* pairs, double* work,
                         double* p) {
  const int64_t k = classes;
  double* const q = work;
  double* const qp = work + k * k;
  for (int64_t i = 0; i < k; ++i) {
    p[i] = 1.0 / static_cast<double>(k);
    q[i * k + i] = 0;
    for (int64_t j = 0; j < k; ++j) {
      if (j == i) continue;
      const double other = pairs[j * k + i];
      q[i * k + i] += other * other;
      q[i * k + j] = -other * pairs[i * k + j];
    }
  }
  for (int round = 0; round < kMaxRounds; ++round) {
    double pqp = 0;
    for (int64_t i = 0; i < k; ++i) {
      qp[i] = 0;
      for (int64_t j = 0; j < k; ++j) qp[i] += q[i * k + j] * p[j];
      pqp += p[i] * qp[i];
    }
    double error = 0;
    for (int64_t i = 0; i < k; ++i) {
      error = std::max(error, std::abs(qp[i] - pqp));
    }
    if (error < kPrecision / static_cast<double>(k)) break;
    for (int64_t i = 0; i < k; ++i) {
      const double step = (pqp - qp[i]) / q[i * k + i];
      const double scale = 1 + step;
      p[i] += step;
      pqp = (pqp + step * (step * q[i * k + i] + 2 * qp[i])) / scale / scale;
      for (int64_t j = 0; j < k; ++j) {
        qp[j] = (qp[j] + step * q[i * k + j]) / scale;
        p[j] /= scale;
      }
    }
  }
}

}  // namespace onnxifi::cpu
