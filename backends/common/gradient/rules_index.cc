// Operators that move elements: each result is one element of input 0, so
// every gradient is added where its element came from.
#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/common/gradient/rule.h"
#include "backends/common/gradient/scatter.h"

namespace onnxifi::gradient {

Var ScatterFlat(Var x, Var positions, Var g) {
  Emitter& e = *x.emitter;
  const Var count =
      Reshape(SizeOf(x), e.Ints({1}), OfDims(graph::DataType::kInt64, {1}));
  const Var zeros = Zeros(x.type(), count, OfRank(x.type(), 1));
  const Var sums =
      e.Emit("ScatterElements", {zeros, Flat(positions), Flat(g)},
             OfRank(x.type(), 1), {TextAttribute("reduction", "add")});
  return ReshapeLike(sums, x);
}

namespace {

using graph::DataType;

// The operator itself says where elements come from: it is run on their
// numbers.
Status Moved(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  Emitter& e = r.emitter();
  const Var x = r.in(0);
  const auto number = [&](int64_t n) {
    return Reshape(e.Ints({n}), e.Ints({}), OfDims(DataType::kInt64, {}));
  };
  const Var list = e.Emit("Range", {number(0), SizeOf(x), number(1)},
                          OfRank(DataType::kInt64, 1));
  const Var numbers = ReshapeLike(list, x);
  graph::Node move = r.node();
  TensorInfo info = r.out(0).info();
  info.type = DataType::kInt64;
  const graph::ValueId moved = e.NewValue(std::move(info), r.node().op_type);
  move.inputs[0] = numbers.id;
  move.outputs = {moved};
  e.Add(std::move(move));
  r.Give(0, ScatterFlat(x, e.Wrap(moved), r.grad(0)));
  return Status::Ok();
}

// Whole slices are added, with the gathered dimension in front.
Status Gather(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  Emitter& e = r.emitter();
  const Var x = r.in(0);
  const Var indices = r.in(1);
  if (x.rank() < 1 || indices.rank() < 0) return Moved(r);
  int64_t axis = r.attrs().Int("axis", 0);
  if (axis < 0) axis += x.rank();
  if (axis < 0 || axis >= x.rank()) {
    return r.Refuse("attribute 'axis' is out of range");
  }
  const auto rank = static_cast<size_t>(x.rank());
  const auto at = static_cast<size_t>(axis);
  const auto count = static_cast<size_t>(indices.rank());
  Var g = r.grad(0);
  Var shape = ShapeOf(x);
  TensorInfo info = OfRank(x.type(), rank);
  std::vector<int64_t> back(rank);  // from "axis first" to the order of x
  std::iota(back.begin(), back.end(), 0);
  if (at > 0) {
    std::vector<int64_t> front;  // of the gradient
    for (size_t i = 0; i < count; ++i) {
      front.push_back(static_cast<int64_t>(at + i));
    }
    for (size_t i = 0; i < rank - 1 + count; ++i) {
      if (i < at || i >= at + count) front.push_back(static_cast<int64_t>(i));
    }
    g = Transpose(g, front);
    std::vector<int64_t> order = {axis};
    for (size_t i = 0; i < rank; ++i) {
      if (i != at) order.push_back(static_cast<int64_t>(i));
      back[i] = static_cast<int64_t>(i < at ? i + 1 : i == at ? 0 : i);
    }
    shape =
        e.Emit("Gather", {shape, e.Ints(order)}, OfRank(DataType::kInt64, 1));
  } else {
    info = x.info();
  }
  const Var tuples = Unsqueeze(Cast(indices, DataType::kInt64), -1);
  const Var sums =
      e.Emit("ScatterND", {Zeros(x.type(), shape, info), tuples, g}, info,
             {TextAttribute("reduction", "add")});
  r.Give(0, at > 0 ? Transpose(sums, back) : sums);
  return Status::Ok();
}

Var ScatterAlong(Var zeros, Var indices, Var g, int64_t axis) {
  return zeros.emitter->Emit(
      "ScatterElements", {zeros, indices, g}, zeros.info(),
      {IntAttribute("axis", axis), TextAttribute("reduction", "add")});
}

Status GatherElements(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  r.Give(0, ScatterAlong(ZerosLike(r.in(0)), r.in(1), r.grad(0),
                         r.attrs().Int("axis", 0)));
  return Status::Ok();
}

Status GatherND(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  if (r.attrs().Int("batch_dims", 0) != 0) return Moved(r);
  const Var x = r.in(0);
  r.Give(0, r.emitter().Emit("ScatterND", {ZerosLike(x), r.in(1), r.grad(0)},
                             x.info(), {TextAttribute("reduction", "add")}));
  return Status::Ok();
}

// Data, indices, updates. A later operator set than the node's own knows the
// names that are used here.
template <bool kTuples>
Status Scatter(RuleContext& r) {
  const std::string_view reduction = r.attrs().String("reduction", "none");
  if (reduction != "none" && reduction != "add") {
    return r.Refuse("with reduction 'mul', 'max' or 'min' it is not covered");
  }
  const Var g = r.grad(0);
  std::vector<graph::Attribute> axis;
  if (!kTuples) axis = {IntAttribute("axis", r.attrs().Int("axis", 0))};
  if (r.Wants(0)) {
    r.Give(0, reduction == "add"
                  ? g
                  : r.emitter().Emit(kTuples ? "ScatterND" : "ScatterElements",
                                     {g, r.in(1), ZerosLike(r.in(2))}, g.info(),
                                     axis));
  }
  if (r.Wants(2)) {
    r.Give(2, r.emitter().Emit(kTuples ? "GatherND" : "GatherElements",
                               {g, r.in(1)}, r.in(2).info(), axis));
  }
  return Status::Ok();
}

// The largest or smallest elements, and where they were.
Status TopK(RuleContext& r) {
  if (!r.Wants(0)) return Status::Ok();
  TensorInfo info = r.out(0).info();
  info.type = DataType::kInt64;
  r.Give(0, ScatterAlong(ZerosLike(r.in(0)), r.EnsureOut(1, std::move(info)),
                         r.grad(0), r.attrs().Int("axis", -1)));
  return Status::Ok();
}

// Padding with a number: what was added is cut off, what was cut off is 0.
Status Pad(RuleContext& r) {
  if (r.attrs().String("mode", "constant") != "constant") return Moved(r);
  Emitter& e = r.emitter();
  const Var g = r.grad(0);
  Var pads = r.in(1);
  if (r.opset() < 11) {
    const auto given = r.attrs().Ints(r.opset() < 2 ? "paddings" : "pads");
    pads = e.Ints({given.begin(), given.end()});
  }
  std::vector<Var> inputs = {g, -pads};
  if (r.HasIn(3)) {
    inputs.push_back(e.None());
    inputs.push_back(r.in(3));
  }
  const Var inner = e.Emit("Pad", inputs, r.in(0).info());
  if (r.Wants(0)) r.Give(0, inner);
  if (r.Wants(2)) {
    const auto total = [&](Var v) {
      return e.Emit("ReduceSum", {v}, OfDims(v.type(), {}),
                    {IntAttribute("keepdims", 0)});
    };
    r.Give(2, ReshapeLike(total(g) - total(inner), r.in(2)));
  }
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"Slice", &Moved},
    {"DepthToSpace", &Moved},
    {"SpaceToDepth", &Moved},
    {"ReverseSequence", &Moved},
    {"Compress", &Moved},
    {"Gather", &Gather},
    {"GatherElements", &GatherElements},
    {"GatherND", &GatherND},
    {"Scatter", &Scatter<false>},
    {"ScatterElements", &Scatter<false>},
    {"ScatterND", &Scatter<true>},
    {"TopK", &TopK},
    {"Pad", &Pad},
};

}  // namespace

std::span<const Rule> IndexRules() { return kRules; }

}  // namespace onnxifi::gradient
