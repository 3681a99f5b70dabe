#include "backends/common/ops/unpool_node.h"

#include "backends/common/ops/op_util.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi {

namespace {

// The extent along spatial axis `a` that a pooling must have started from;
// -1 when there is none.
int64_t Unpooled(const NodeView& n, int64_t size, size_t a, size_t axes) {
  const auto kernel = n.attrs().Ints("kernel_shape");
  const auto strides = n.attrs().Ints("strides");
  const auto pads = n.attrs().Ints("pads");
  int64_t extent = 0;
  if (!CheckedMul(size - 1, strides.empty() ? 1 : strides[a], &extent) ||
      !CheckedAdd(extent, kernel[a], &extent) ||
      (!pads.empty() && (!CheckedSub(extent, pads[a], &extent) ||
                         !CheckedSub(extent, pads[axes + a], &extent)))) {
    return -1;
  }
  return extent;
}

}  // namespace

Result<UnpoolShapes> ReadUnpool(const PrepareContext& ctx) {
  UnpoolShapes s;
  const Shape& in = ctx.in(0).dims;
  const auto fits = [&](const char* name, size_t count) {
    const size_t given = ctx.attrs().Ints(name).size();
    return given == 0 || given == count;
  };
  const size_t axes = in.size() < 2 ? 0 : in.size() - 2;
  if (axes == 0 || ctx.in(1).dims != in ||
      ctx.attrs().Ints("kernel_shape").size() != axes ||
      !fits("strides", axes) || !fits("pads", 2 * axes)) {
    return ShapeError(
        ctx, StrCat("input ", ShapeText(in), " and indices ",
                    ShapeText(ctx.in(1).dims), " do not fit the window"));
  }
  s.inner = {in[0], in[1]};
  for (size_t a = 0; a < axes; ++a) {
    s.inner.push_back(Unpooled(ctx, in[2 + a], a, axes));
  }
  ONNXIFI_RETURN_IF_ERROR(graph::ElementCount(s.inner).status());
  s.out = s.inner;
  if (!ctx.HasInput(2)) return s;
  ONNXIFI_ASSIGN_OR_RETURN(s.out, ctx.ConstantInts(2));
  bool large =
      s.out.size() == s.inner.size() && s.out[0] == in[0] && s.out[1] == in[1];
  for (size_t a = 2; large && a < s.out.size(); ++a) {
    large = s.out[a] >= s.inner[a];
  }
  if (large) return s;
  return ShapeError(ctx, StrCat("output_shape ", ShapeText(s.out),
                                " does not hold ", ShapeText(s.inner)));
}

}  // namespace onnxifi
