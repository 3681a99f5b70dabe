#include "backends/common/ops/conv_node.h"

#include <algorithm>
#include <span>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi {

namespace {

Status CheckRanks(const PrepareContext& ctx, size_t weights) {
  const graph::Shape& x = ctx.in(0).dims;
  const graph::Shape& w = ctx.in(weights).dims;
  if (x.size() >= 3 && w.size() == x.size()) return Status::Ok();
  return ShapeError(ctx, StrCat("data ", ShapeText(x), " and weights ",
                                ShapeText(w), " do not fit"));
}

Status GroupError(const PrepareContext& ctx, size_t weights, int64_t groups) {
  return ShapeError(
      ctx, StrCat("weights ", ShapeText(ctx.in(weights).dims), " in ", groups,
                  " groups do not fit data ", ShapeText(ctx.in(0).dims)));
}

Status CheckBias(const PrepareContext& ctx, int64_t channels) {
  if (!ctx.HasInput(2) || ctx.in(2).dims == graph::Shape{channels}) {
    return Status::Ok();
  }
  return ShapeError(ctx, StrCat("bias of shape ", ShapeText(ctx.in(2).dims),
                                " for ", channels, " channels"));
}

}  // namespace

Result<ConvNode> ReadConvSizes(const PrepareContext& ctx, size_t weights) {
  ONNXIFI_RETURN_IF_ERROR(CheckRanks(ctx, weights));
  const graph::Shape& x = ctx.in(0).dims;
  const graph::Shape& w = ctx.in(weights).dims;
  ConvNode conv;
  ONNXIFI_ASSIGN_OR_RETURN(
      conv.window,
      ReadWindow(ctx, x, std::span<const int64_t>(w).subspan(2), false));
  conv.batch = x[0];
  conv.in_channels = x[1];
  conv.out_channels = w[0];
  conv.groups = ctx.attrs().Int("group", 1);
  if (conv.groups < 1 || conv.groups > std::max<int64_t>(1, x[1]) ||
      w[1] * conv.groups != x[1] || w[0] % conv.groups != 0) {
    return GroupError(ctx, weights, conv.groups);
  }
  return conv;
}

Result<ConvNode> ReadTransposedConvNode(const PrepareContext& ctx) {
  ONNXIFI_RETURN_IF_ERROR(CheckRanks(ctx, 1));
  const graph::Shape& x = ctx.in(0).dims;
  const graph::Shape& w = ctx.in(1).dims;
  ConvNode conv;
  ONNXIFI_ASSIGN_OR_RETURN(
      conv.window,
      ReadTransposedWindow(ctx, x, std::span<const int64_t>(w).subspan(2)));
  conv.batch = x[0];
  conv.in_channels = x[1];
  conv.groups = ctx.attrs().Int("group", 1);
  if (conv.groups < 1 || w[0] != x[1] || x[1] % conv.groups != 0 ||
      conv.groups > std::max<int64_t>(1, x[1])) {
    return GroupError(ctx, 1, conv.groups);
  }
  conv.out_channels = w[1] * conv.groups;
  ONNXIFI_RETURN_IF_ERROR(CheckBias(ctx, conv.out_channels));
  return conv;
}

Result<ConvNode> ReadConvNode(const PrepareContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(ConvNode conv, ReadConvSizes(ctx, 1));
  ONNXIFI_RETURN_IF_ERROR(CheckBias(ctx, conv.out_channels));
  conv.residual = ctx.HasInput(3);
  if (conv.residual && ctx.in(3).dims != WindowOutput(conv.window, conv.batch,
                                                      conv.out_channels)) {
    return ShapeError(ctx, "the residual has another shape than the output");
  }
  conv.activation = ReadActivation(ctx.node());
  const auto scale = ctx.attrs().Floats("weight_scale");
  conv.weight_scale.assign(scale.begin(), scale.end());
  const auto order = ctx.attrs().Ints("input_order");
  conv.input_order.assign(order.begin(), order.end());
  return conv;
}

}  // namespace onnxifi
