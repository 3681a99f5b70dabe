#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/normalize.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  for (size_t i = 0; i < 3; ++i) {
    if (Reject r = RequireTypes(node, i, kFloatTypes); !r.supported()) return r;
  }
  return {};
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  if (in.dims.size() < 3) {
    return ShapeError(ctx, StrCat("input of shape ", ShapeText(in.dims),
                                  " has no spatial dimensions"));
  }
  for (size_t i = 1; i < 3; ++i) {
    if (ctx.in(i).dims != Shape{in.dims[1]}) {
      return ShapeError(
          ctx, StrCat("input ", i, " of shape ", ShapeText(ctx.in(i).dims),
                      " for ", in.dims[1], " channels"));
    }
  }
  const int64_t points = Product(std::span<const int64_t>(in.dims).subspan(2));
  Normalization norm;
  norm.dims = {{in.dims[0]}, {in.dims[1]}, {points, /*reduced=*/true}};
  norm.epsilon = ctx.attrs().Float("epsilon", 1e-5F);
  norm.gain = {0, 1, 0};
  norm.shift = norm.gain;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  PrepareNormalization(ctx, norm);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(instance_normalization, {.op = "InstanceNormalization",
                                            .supports = &Supports,
                                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
