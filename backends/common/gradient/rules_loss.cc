// Losses on class labels.
#include <string_view>
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

using graph::DataType;

// The gradient of log-probabilities [N, C, ...], of which the loss picks one
// per label [N, ...], weighed by class; labels of `ignore_index` count nothing.
Result<Var> PickedGradient(RuleContext& r, Var log_probabilities) {
  Emitter& e = r.emitter();
  const Var labels = r.in(1);
  const DataType type = log_probabilities.type();
  if (r.Wants(2)) {
    return r.Refuse("there is no gradient of the class weights");
  }
  const auto number = [&](int64_t n) {
    const Var list = e.Ints({n});
    return Cast(Reshape(list, e.Ints({}), OfDims(DataType::kInt64, {})),
                labels.type());
  };
  Var safe = labels;
  Var ignored = e.None();
  if (r.attrs().Has("ignore_index")) {
    ignored = Equal(labels, number(r.attrs().Int("ignore_index", 0)));
    safe = Where(ignored, number(0), labels);
  }
  TensorInfo info = labels.info();
  info.type = type;
  Var weights = r.HasIn(2) ? e.Emit("Gather", {r.in(2), safe}, info)
                           : ExpandTo(e.Scalar(type, 1), safe);
  if (ignored.valid()) weights = Drop(ignored, weights);
  const Var g = r.grad(0);
  Var share = weights;
  if (g.valid()) {
    share = g * weights;
    if (r.attrs().String("reduction", "mean") == std::string_view("mean")) {
      share = share / e.Emit("ReduceSum", {weights}, OfDims(type, {}),
                             {IntAttribute("keepdims", 0)});
    }
  } else {
    share = ZerosLike(weights);
  }
  return e.Emit(
      "ScatterElements",
      {ZerosLike(log_probabilities), Unsqueeze(safe, 1), Unsqueeze(-share, 1)},
      log_probabilities.info(),
      {IntAttribute("axis", 1), TextAttribute("reduction", "add")});
}

Status NegativeLogLikelihoodLoss(RuleContext& r) {
  ONNXIFI_ASSIGN_OR_RETURN(const Var picked, PickedGradient(r, r.in(0)));
  if (r.Wants(0)) r.Give(0, picked);
  return Status::Ok();
}

// The same on the logarithm of a softmax, which is the second output.
Status SoftmaxCrossEntropyLoss(RuleContext& r) {
  const Var x = r.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(Var g, PickedGradient(r, x));
  if (!r.Wants(0)) return Status::Ok();
  if (r.grad(1).valid()) g = g + r.grad(1);
  const Var softmax =
      r.emitter().Emit("Softmax", {x}, x.info(), {IntAttribute("axis", 1)});
  r.Give(0, g - softmax * SumOver(g, {1}));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"NegativeLogLikelihoodLoss", &NegativeLogLikelihoodLoss},
    {"SoftmaxCrossEntropyLoss", &SoftmaxCrossEntropyLoss, nullptr, true},
};

}  // namespace

std::span<const Rule> LossRules() { return kRules; }

}  // namespace onnxifi::gradient
