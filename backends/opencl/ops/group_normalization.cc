#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/normalize.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Since this version scale and bias belong to channels; before, to groups.
constexpr int kByChannelOpset = 21;

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return {};
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  const int64_t groups = ctx.attrs().Int("num_groups", 0);
  if (in.dims.size() < 2 || groups < 1 || in.dims[1] % groups != 0) {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims),
                                  " does not divide into ", groups, " groups"));
  }
  const bool by_group = ctx.opset() < kByChannelOpset;
  const int64_t scales = by_group ? groups : in.dims[1];
  if (Product(ctx.in(1).dims) != scales || Product(ctx.in(2).dims) != scales) {
    return ShapeError(ctx, "scale and bias do not fit");
  }
  const int64_t width = in.dims[1] / groups;
  const int64_t inner = Product(std::span<const int64_t>(in.dims).subspan(2));
  Normalization norm;
  norm.dims = {{in.dims[0]},
               {groups},
               {width, /*reduced=*/true},
               {inner, /*reduced=*/true}};
  norm.epsilon = ctx.attrs().Float("epsilon", 1e-5F);
  norm.gain = by_group ? Shape{0, 1, 0, 0} : Shape{0, width, 1, 0};
  norm.shift = norm.gain;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  PrepareNormalization(ctx, norm);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(group_normalization, {.op = "GroupNormalization",
                                         .supports = &Supports,
                                         .prepare = &Prepare});

}  // namespace onnxifi::opencl
