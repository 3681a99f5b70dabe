#include "backends/common/ops/recurrent_node.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi {

namespace {

using Kind = GateRule::Kind;

// An activation by name, with its default parameters.
struct Known {
  const char* name;  // lower case
  Kind kind;
  bool takes_alpha;
  bool takes_beta;
  float alpha;
  float beta;
};

constexpr Known kKnown[] = {
    {"relu", Kind::kRelu, false, false, 0, 0},
    {"tanh", Kind::kTanh, false, false, 0, 0},
    {"sigmoid", Kind::kSigmoid, false, false, 0, 0},
    {"affine", Kind::kAffine, true, true, 1, 0},
    {"leakyrelu", Kind::kLeakyRelu, true, false, 0.01F, 0},
    {"thresholdedrelu", Kind::kThresholdedRelu, true, false, 1, 0},
    {"scaledtanh", Kind::kScaledTanh, true, true, 1, 1},
    {"hardsigmoid", Kind::kHardSigmoid, true, true, 0.2F, 0.5F},
    {"elu", Kind::kElu, true, false, 1, 0},
    {"softsign", Kind::kSoftsign, false, false, 0, 0},
    {"softplus", Kind::kSoftplus, false, false, 0, 0},
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
    if (cell != Cell::kRnn) names.emplace_back("Sigmoid");
    names.emplace_back("Tanh");
    if (cell == Cell::kLstm) names.emplace_back("Tanh");
  }
  return names;
}

bool ReadFunctions(const NodeView& node, RecurrentNode* recurrent) {
  const size_t directions = static_cast<size_t>(recurrent->directions);
  const size_t each = recurrent->function_count();
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
    GateRule rule;
    rule.kind = known->kind;
    rule.alpha = known->takes_alpha ? take(&alphas, known->alpha) : 0;
    rule.beta = known->takes_beta ? take(&betas, known->beta) : 0;
    recurrent->rules[i / each][i % each] = rule;
  }
  return true;
}

Status CheckInputs(const PrepareContext& ctx, const RecurrentNode& r) {
  using enum RecurrentNode::Input;
  const int64_t width = r.gates() * r.hidden;
  const std::pair<size_t, Shape> wanted[] = {
      {kW, {r.directions, width, r.inputs}},
      {kR, {r.directions, width, r.hidden}},
      {kB, {r.directions, 2 * width}},
      {kLengths, {r.batch}},
      {kH0, r.state_dims()},
      {kC0, r.state_dims()},
      {kP, {r.directions, 3 * r.hidden}},
  };
  for (const auto& [i, dims] : wanted) {
    if (i >= r.input_count() || !ctx.HasInput(i)) continue;
    if (ctx.in(i).dims != dims) {
      return ShapeError(
          ctx, StrCat("input ", i, " is ", ShapeText(ctx.in(i).dims), ", not ",
                      ShapeText(dims)));
    }
    if (i != kLengths && ctx.in(i).type != ctx.in(kX).type) {
      return NodeError(ctx, ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                       StrCat("input ", i, " has another type than X"));
    }
  }
  return Status::Ok();
}

}  // namespace

graph::Shape RecurrentNode::y_dims() const {
  return batch_first ? Shape{batch, steps, directions, hidden}
                     : Shape{steps, directions, batch, hidden};
}

graph::Shape RecurrentNode::state_dims() const {
  return batch_first ? Shape{batch, directions, hidden}
                     : Shape{directions, batch, hidden};
}

bool ReadRecurrentRules(const NodeView& node, Cell cell,
                        RecurrentNode* recurrent) {
  const graph::AttrReader attrs = node.attrs();
  const auto direction = attrs.String("direction", "forward");
  recurrent->cell = cell;
  recurrent->directions = direction == "bidirectional" ? 2 : 1;
  recurrent->reverse_first = direction == "reverse";
  recurrent->batch_first = attrs.Int("layout", 0) != 0;
  recurrent->input_forget = attrs.Int("input_forget", 0) != 0;
  recurrent->linear_before_reset = attrs.Int("linear_before_reset", 0) != 0;
  recurrent->clip = attrs.Float("clip", 0);
  return ReadFunctions(node, recurrent);
}

Status ReadRecurrent(PrepareContext& ctx, Cell cell, RecurrentNode* recurrent) {
  RecurrentNode& r = *recurrent;
  if (!ReadRecurrentRules(ctx, cell, &r)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                     "attribute 'activations' is not known");
  }
  const Shape& x = ctx.in(RecurrentNode::kX).dims;
  const Shape& weights = ctx.in(RecurrentNode::kR).dims;
  if (x.size() != 3 || weights.size() != 3) {
    return ShapeError(ctx, "X and R must have rank 3");
  }
  r.steps = x[r.batch_first ? 1 : 0];
  r.batch = x[r.batch_first ? 0 : 1];
  r.inputs = x[2];
  r.hidden = weights[2];
  ONNXIFI_RETURN_IF_ERROR(CheckInputs(ctx, r));
  const size_t outputs = cell == Cell::kLstm ? 3 : 2;
  for (size_t o = 0; o < outputs; ++o) {
    if (!ctx.HasOutput(o)) continue;
    ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(
        o, {ctx.in(0).type, o == 0 ? r.y_dims() : r.state_dims()}));
  }
  return Status::Ok();
}

}  // namespace onnxifi
