// Operators that change the shape, join and cut.
#include <algorithm>
#include <numeric>
#include <vector>

#include "backends/common/gradient/rule.h"

namespace onnxifi::gradient {

namespace {

Status SameElements(RuleContext& r) {
  if (r.Wants(0)) r.Give(0, ReshapeLike(r.grad(0), r.in(0)));
  return Status::Ok();
}

Status TransposeRule(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  const auto given = r.attrs().Ints("perm");
  if (given.empty()) {
    // Reversed dimensions.
    r.Give(0, r.emitter().Emit("Transpose", {r.grad(0)}, r.in(0).info()));
    return Status::Ok();
  }
  std::vector<int64_t> inverse(given.size(), -1);
  for (size_t i = 0; i < given.size(); ++i) {
    const auto to = static_cast<size_t>(given[i]);
    if (to >= inverse.size() || inverse[to] >= 0) {
      return r.Refuse("attribute 'perm' is no permutation");
    }
    inverse[to] = static_cast<int64_t>(i);
  }
  r.Give(0, r.emitter().Emit("Transpose", {r.grad(0)}, r.in(0).info(),
                             {IntsAttribute("perm", inverse)}));
  return Status::Ok();
}

Status Expand(RuleContext& r) {
  if (r.Wants(0)) r.GiveReduced(0, r.grad(0));
  return Status::Ok();
}

// Every dimension d, repeated n times, is seen as n x d and summed over n.
Status Tile(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  const Var x = r.in(0);
  if (r.opset() < 6) {
    return r.Refuse("before operator set 6 Tile is not covered");
  }
  if (x.rank() < 0) {
    return r.Refuse("the rank of its input is not known; declare it");
  }
  if (x.rank() == 0) {
    r.Give(0, r.grad(0));
    return Status::Ok();
  }
  const auto rank = static_cast<size_t>(x.rank());
  const Var pairs = r.emitter().Emit(
      "Concat", {Unsqueeze(r.in(1), 1), Unsqueeze(ShapeOf(x), 1)},
      OfRank(graph::DataType::kInt64, 2), {IntAttribute("axis", 1)});
  std::vector<int64_t> repeats;
  for (size_t d = 0; d < rank; ++d) {
    repeats.push_back(2 * static_cast<int64_t>(d));
  }
  const Var apart = Reshape(r.grad(0), Flat(pairs), OfRank(x.type(), 2 * rank));
  r.Give(0, ReshapeLike(SumOver(apart, repeats), x));
  return Status::Ok();
}

// Dimension `axis` of x as a list of one int64.
Var DimOf(Var x, int64_t axis) {
  return axis == -1 ? ShapeOf(x, -1) : ShapeOf(x, axis, axis + 1);
}

Status Concat(RuleContext& r) {
  const int64_t axis = r.attrs().Int("axis", 1);
  constexpr auto kMost = static_cast<int64_t>(graph::kMaxRank);
  if (axis < -kMost || axis > kMost) {
    return r.Refuse("attribute 'axis' is out of range");
  }
  std::vector<Var> sizes;
  graph::Node split;
  split.op_type = "Split";
  split.opset = kOpset;
  split.attributes = {IntAttribute("axis", axis)};
  for (size_t i = 0; i < r.inputs(); ++i) {
    sizes.push_back(DimOf(r.in(i), axis));
    split.outputs.push_back(r.Wants(i)
                                ? r.emitter().NewValue(r.in(i).info(), "Split")
                                : graph::kNoValue);
  }
  split.inputs = {r.grad(0).id, JoinInts(sizes).id};
  const std::vector<graph::ValueId> parts = split.outputs;
  r.emitter().Add(std::move(split));
  for (size_t i = 0; i < r.inputs(); ++i) {
    if (r.Wants(i)) r.Give(i, r.emitter().Wrap(parts[i]));
  }
  return Status::Ok();
}

// A part that nothing depends on counts as zeros.
Status Split(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  std::vector<Var> parts;
  for (size_t i = 0; i < r.outputs(); ++i) {
    const Var part = r.EnsureOut(i, OfType(r.in(0).type()));
    const Var g = r.grad(i);
    parts.push_back(g.valid() ? g : ZerosLike(part));
  }
  r.Give(0, r.emitter().Emit("Concat", parts, r.in(0).info(),
                             {IntAttribute("axis", r.attrs().Int("axis", 0))}));
  return Status::Ok();
}

Status Trilu(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  std::vector<Var> inputs = {r.grad(0)};
  if (r.HasIn(1)) inputs.push_back(r.in(1));
  r.Give(0,
         r.emitter().Emit("Trilu", inputs, r.in(0).info(),
                          {IntAttribute("upper", r.attrs().Int("upper", 1))}));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"Reshape", &SameElements},
    {"Flatten", &SameElements},
    {"Squeeze", &SameElements},
    {"Unsqueeze", &SameElements},
    {"Transpose", &TransposeRule},
    {"Expand", &Expand},
    {"Tile", &Tile},
    {"Concat", &Concat},
    {"Split", &Split, nullptr, true},
    {"Trilu", &Trilu},
};

}  // namespace

std::span<const Rule> ShapeRules() { return kRules; }

}  // namespace onnxifi::gradient
