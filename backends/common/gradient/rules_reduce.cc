// Reductions over axes, and the functions that contain one.
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

// The reduced axes, an attribute or an input by operator set.
struct Reduction {
  Var axes;  // invalid: none are given
  bool keeps = true;
  bool nothing_without_axes = false;
};

Reduction ReadReduction(RuleContext& r, int axes_input) {
  Reduction reduction;
  reduction.keeps = r.attrs().Int("keepdims", 1) != 0;
  reduction.nothing_without_axes =
      r.attrs().Int("noop_with_empty_axes", 0) != 0;
  reduction.axes = r.emitter().None();
  if (r.opset() >= axes_input) {
    std::vector<int64_t> axes;
    const bool known = r.ConstantInts(1, &axes);
    if (!known || !axes.empty()) reduction.axes = r.in(1);
    return reduction;
  }
  const auto axes = r.attrs().Ints("axes");
  if (!axes.empty()) {
    reduction.axes = r.emitter().Ints({axes.begin(), axes.end()});
  }
  return reduction;
}

// A result of the reduction in a shape that broadcasts to its argument's.
Var Spread(const Reduction& reduction, Var y) {
  const bool scalar_or_whole = !reduction.axes.valid();
  return reduction.keeps || scalar_or_whole ? y : Unsqueeze(y, reduction.axes);
}

Var SumAlike(const Reduction& reduction, Var x) {
  return x.emitter->Emit(
      "ReduceSum", {x, reduction.axes}, OfType(x.type()),
      {IntAttribute("noop_with_empty_axes",
                    reduction.nothing_without_axes ? 1 : 0)});
}

// What a reduction's rule gets: argument, result and gradient, the last two
// ready to broadcast.
struct Point {
  Var x;
  Var y;
  Var g;
  const Reduction& reduction;
  Var result;
};

template <int kAxesInput, Var (*kDerivative)(const Point&)>
Status ReduceRule(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  const Reduction reduction = ReadReduction(r, kAxesInput);
  const Var g = Spread(reduction, r.grad(0));
  const Var y = Spread(reduction, r.out(0));
  r.Give(0, kDerivative({r.in(0), y, g, reduction, r.out(0)}));
  return Status::Ok();
}

Var SumSlope(const Point& p) { return ExpandTo(p.g, p.x); }

Var MeanSlope(const Point& p) {
  return ExpandTo(p.g * SizeRatio(p.result, p.x), p.x);
}

Var SquareSlope(const Point& p) { return 2.0 * p.x * p.g; }

Var NormSlope(const Point& p) { return Sign(p.x) * p.g; }

// At 0 the norm has no slope; 0 is taken.
Var LengthSlope(const Point& p) {
  const Var safe = Where(Equal(p.y, 0), Number(p.y, 1), p.y);
  return p.x * (p.g / safe);
}

Var LogSumSlope(const Point& p) { return ExpandTo(p.g * Exp(-p.y), p.x); }

Var LogSumExpSlope(const Point& p) { return p.g * Exp(p.x - p.y); }

// Elements that are equally large share the gradient.
Var ExtremeSlope(const Point& p) {
  const Var hits = Cast(Equal(p.x, p.y), p.x.type());
  return hits * (p.g / SumAlike(p.reduction, hits));
}

// Before operator set 13 all dimensions from the axis on count as one.
Result<std::vector<int64_t>> SoftmaxAxes(RuleContext& r) {
  if (r.opset() >= 13) {
    return std::vector<int64_t>{r.attrs().Int("axis", -1)};
  }
  const int64_t axis = r.attrs().Int("axis", 1);
  const int64_t rank = r.in(0).rank();
  if (axis < -static_cast<int64_t>(graph::kMaxRank)) {
    return r.Refuse("attribute 'axis' is out of range");
  }
  if (axis >= 0 && rank < 0) {
    return r.Refuse("the rank of its input is not known; declare it");
  }
  std::vector<int64_t> axes;
  for (int64_t a = axis < 0 ? axis : axis - rank; a < 0; ++a) {
    axes.push_back(a);
  }
  return axes;
}

Status Softmax(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> axes, SoftmaxAxes(r));
  const Var y = r.out(0);
  const Var g = r.grad(0);
  if (axes.empty()) {
    r.Give(0, ZerosLike(r.in(0)));
    return Status::Ok();
  }
  r.Give(0, y * (g - SumOver(g * y, axes)));
  return Status::Ok();
}

Status LogSoftmax(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<int64_t> axes, SoftmaxAxes(r));
  const Var g = r.grad(0);
  if (axes.empty()) {
    r.Give(0, ZerosLike(r.in(0)));
    return Status::Ok();
  }
  r.Give(0, g - Exp(r.out(0)) * SumOver(g, axes));
  return Status::Ok();
}

// The same sum from the other end.
Status CumSum(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  const graph::AttrReader attrs = r.attrs();
  r.Give(0,
         r.emitter().Emit(
             "CumSum", {r.grad(0), r.in(1)}, r.in(0).info(),
             {IntAttribute("exclusive", attrs.Int("exclusive", 0)),
              IntAttribute("reverse", attrs.Int("reverse", 0) == 0 ? 1 : 0)}));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"ReduceSum", &ReduceRule<13, &SumSlope>},
    {"ReduceMean", &ReduceRule<18, &MeanSlope>},
    {"ReduceSumSquare", &ReduceRule<18, &SquareSlope>},
    {"ReduceL1", &ReduceRule<18, &NormSlope>},
    {"ReduceL2", &ReduceRule<18, &LengthSlope>},
    {"ReduceLogSum", &ReduceRule<18, &LogSumSlope>},
    {"ReduceLogSumExp", &ReduceRule<18, &LogSumExpSlope>},
    {"ReduceMax", &ReduceRule<18, &ExtremeSlope>},
    {"ReduceMin", &ReduceRule<18, &ExtremeSlope>},
    {"Softmax", &Softmax},
    {"LogSoftmax", &LogSoftmax},
    {"CumSum", &CumSum},
};

}  // namespace

std::span<const Rule> ReduceRules() { return kRules; }

}  // namespace onnxifi::gradient
