// Convolutions. With x the data, w the weights and g the gradient of the
// result, the gradient of x is the transposed convolution of g with w, and
// that of w is the convolution of x with g: channels take the place of the
// batch, and strides and dilations change places.
#include <algorithm>
#include <numeric>
#include <vector>

#include "backends/common/gradient/window.h"

namespace onnxifi::gradient {

namespace {

using graph::DataType;

std::vector<int64_t> ChannelsFirst(size_t rank) {
  std::vector<int64_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[0], order[1]);
  return order;
}

// [N, G*C, ...] -> [C, G*N, ...]
Var ChannelsAsBatch(Var x, size_t rank, int64_t groups) {
  if (groups == 1) return Transpose(x, ChannelsFirst(rank));
  Emitter& e = *x.emitter;
  const Var split = Reshape(
      x, JoinInts({ShapeOf(x, 0, 1), e.Ints({groups, -1}), ShapeOf(x, 2)}),
      OfRank(x.type(), rank + 1));
  std::vector<int64_t> order(rank + 1);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[0], order[2]);
  const Var moved = Transpose(split, order);
  return Reshape(
      moved, JoinInts({ShapeOf(moved, 0, 1), e.Ints({-1}), ShapeOf(moved, 3)}),
      OfRank(x.type(), rank));
}

// The gradient of weights like `w`, which moved over `x` and met `g`.
Var WeightGradient(Var x, Var g, Var w, const Window& window, size_t rank,
                   int64_t groups) {
  const Var sums = x.emitter->Emit(
      "Conv",
      {ChannelsAsBatch(x, rank, groups), Transpose(g, ChannelsFirst(rank))},
      OfRank(x.type(), rank),
      {IntsAttribute("strides", window.dilations),
       IntsAttribute("dilations", window.strides),
       IntsAttribute("pads", window.pads()), IntAttribute("group", groups)});
  // Positions that a stride skips at the end make it larger than the weights.
  return CropTo(Transpose(sums, ChannelsFirst(rank)), w,
                std::vector<int64_t>(rank, 0));
}

// Sums over all dimensions but that of channels.
Var BiasGradient(Var g, Var bias, size_t rank) {
  std::vector<int64_t> axes = {0};
  for (size_t d = 2; d < rank; ++d) axes.push_back(static_cast<int64_t>(d));
  return ReshapeLike(SumOver(g, axes), bias);
}

struct ConvNode {
  Var x;
  Var w;
  size_t rank = 0;
  int64_t groups = 1;
  std::vector<int64_t> kernel;
};

Result<ConvNode> ReadConv(RuleContext& r) {
  ConvNode conv{r.in(0), r.in(1), 0, r.attrs().Int("group", 1), {}};
  const int rank = std::max(conv.x.rank(), conv.w.rank());
  if (rank < 3) {
    return r.Refuse("the rank of its operands is not known; declare it");
  }
  conv.rank = static_cast<size_t>(rank);
  const auto given = r.attrs().Ints("kernel_shape");
  conv.kernel.assign(given.begin(), given.end());
  if (conv.kernel.empty() && conv.w.rank() == rank) {
    const graph::Shape& dims = conv.w.value().dims;
    conv.kernel.assign(dims.begin() + 2, dims.end());
  }
  conv.kernel.resize(conv.rank - 2, -1);
  if (conv.groups < 1) return r.Refuse("attribute 'group' is below 1");
  return conv;
}

Status Conv(RuleContext& r) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode conv, ReadConv(r));
  ONNXIFI_ASSIGN_OR_RETURN(const Window window,
                           ReadWindow(r, conv.x, conv.kernel));
  const Var g = r.grad(0);
  if (r.Wants(0)) {
    const Var padded = r.emitter().Emit(
        "ConvTranspose", {g, conv.w}, OfRank(g.type(), conv.rank),
        {IntsAttribute("strides", window.strides),
         IntsAttribute("dilations", window.dilations),
         IntAttribute("group", conv.groups)});
    r.Give(0, CropTo(padded, conv.x, window.offsets()));
  }
  if (r.Wants(1)) {
    r.Give(1,
           WeightGradient(conv.x, g, conv.w, window, conv.rank, conv.groups));
  }
  if (r.Wants(2)) r.Give(2, BiasGradient(g, r.in(2), conv.rank));
  return Status::Ok();
}

Status ConvTranspose(RuleContext& r) {
  ONNXIFI_ASSIGN_OR_RETURN(const ConvNode conv, ReadConv(r));
  const std::string_view mode = r.attrs().String("auto_pad", "NOTSET");
  if ((mode != "NOTSET" && mode != "VALID") || r.attrs().Has("output_shape")) {
    return r.Refuse(
        "automatic padding and 'output_shape' are not covered; give 'pads'");
  }
  ONNXIFI_ASSIGN_OR_RETURN(const Window window,
                           ReadWindow(r, conv.x, conv.kernel));
  const Var g = r.grad(0);
  if (r.Wants(0)) {
    const Var all =
        r.emitter().Emit("Conv", {g, conv.w}, OfRank(g.type(), conv.rank),
                         {IntsAttribute("strides", window.strides),
                          IntsAttribute("dilations", window.dilations),
                          IntsAttribute("pads", window.pads()),
                          IntAttribute("group", conv.groups)});
    // Output padding of a stride or more adds positions at the end.
    r.Give(0, CropTo(all, conv.x, std::vector<int64_t>(conv.rank, 0)));
  }
  if (r.Wants(1)) {
    r.Give(1,
           WeightGradient(g, conv.x, conv.w, window, conv.rank, conv.groups));
  }
  if (r.Wants(2)) r.Give(2, BiasGradient(g, r.in(2), conv.rank));
  return Status::Ok();
}

constexpr Rule kRules[] = {
    {"Conv", &Conv},
    {"ConvTranspose", &ConvTranspose},
};

}  // namespace

std::span<const Rule> ConvRules() { return kRules; }

}  // namespace onnxifi::gradient
