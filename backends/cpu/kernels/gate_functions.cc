#include <algorithm>
#include <cctype>
#include <string>

#include "backends/cpu/kernels/recurrent_node.h"

namespace onnxifi::cpu {

namespace {

// An activation by name, with its default parameters.
struct Known {
  const char* name;  // lower case
  UnaryOp op;
  bool takes_alpha;
  bool takes_beta;
  float alpha;
  float beta;
};

constexpr Known kKnown[] = {
    {"relu", UnaryOp::kRelu, false, false, 0, 0},
    {"tanh", UnaryOp::kTanh, false, false, 0, 0},
    {"sigmoid", UnaryOp::kSigmoid, false, false, 0, 0},
    {"affine", UnaryOp::kAffine, true, true, 1, 0},
    {"leakyrelu", UnaryOp::kLeakyRelu, true, false, 0.01F, 0},
    {"thresholdedrelu", UnaryOp::kThresholdedRelu, true, false, 1, 0},
    {"scaledtanh", UnaryOp::kTanh, true, true, 1, 1},
    {"hardsigmoid", UnaryOp::kHardSigmoid, true, true, 0.2F, 0.5F},
    {"elu", UnaryOp::kElu, true, false, 1, 0},
    {"softsign", UnaryOp::kSoftsign, false, false, 0, 0},
    {"softplus", UnaryOp::kSoftplus, false, false, 0, 0},
};

const Known* Find(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  for (const Known& known : kKnown) {
    if (name == known.name) return &known;
  }
  return nullptr;
}

std::vector<std::string> Names(const NodeView& node, Cell cell,
                               size_t directions) {
  const graph::Attribute* given = node.attrs().Find("activations");
  if (given != nullptr && !given->strings.empty()) return given->strings;
  std::vector<std::string> names;
  for (size_t d = 0; d < directions; ++d) {
    if (cell != Cell::kRnn) names.push_back("Sigmoid");
    names.push_back("Tanh");
    if (cell == Cell::kLstm) names.push_back("Tanh");
  }
  return names;
}

}  // namespace

bool ReadGateFunctions(const NodeView& node, graph::DataType type,
                       Recurrent* recurrent) {
  const size_t directions = static_cast<size_t>(recurrent->directions);
  const size_t each = recurrent->cell == Cell::kLstm  ? 3
                      : recurrent->cell == Cell::kGru ? 2
                                                      : 1;
  const std::vector<std::string> names =
      Names(node, recurrent->cell, directions);
  if (names.size() != each * directions) return false;
  // Parameters are given only for the functions that take one, in order.
  std::span<const float> alphas = node.attrs().Floats("activation_alpha");
  std::span<const float> betas = node.attrs().Floats("activation_beta");
  const auto take = [](std::span<const float>* values, float fallback) {
    if (values->empty()) return fallback;
    const float value = values->front();
    *values = values->subspan(1);
    return value;
  };
  for (size_t i = 0; i < names.size(); ++i) {
    const Known* known = Find(names[i]);
    if (known == nullptr) return false;
    GateFunction f;
    f.params.alpha = known->takes_alpha ? take(&alphas, known->alpha) : 0;
    f.params.beta = known->takes_beta ? take(&betas, known->beta) : 0;
    f.fn = FindUnary(known->op, type);
    if (f.fn == nullptr) return false;
    if (known->op == UnaryOp::kTanh && known->takes_alpha) {
      f.post = f.params.alpha;
      f.pre = f.params.beta;
    }
    recurrent->functions[i / each][i % each] = f;
  }
  return true;
}

}  // namespace onnxifi::cpu
