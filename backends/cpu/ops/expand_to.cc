#include "backends/common/gradient/emitter.h"
#include "backends/cpu/kernels/move_util.h"
#include "backends/cpu/kernels/strided_copy.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;

// Input 0 broadcast to the shape of input 1.
Reject Supports(const NodeView& node) { return RequireMovable(node, {0}); }

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const StridedCopy*>(state)->Run(args.in[0], args.out[0],
                                              args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  const Shape& like = ctx.in(1).dims;
  ctx.ReleaseInput(1);
  const auto mismatch = [&] {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims),
                                  " does not broadcast to ", ShapeText(like)));
  };
  if (in.dims.size() > like.size()) return mismatch();
  Shape from(like.size() - in.dims.size(), 1);
  from.insert(from.end(), in.dims.begin(), in.dims.end());
  Shape strides = RowMajorStrides(from);
  for (size_t d = 0; d < like.size(); ++d) {
    if (from[d] == like[d]) continue;
    if (from[d] != 1) return mismatch();
    strides[d] = 0;
  }
  if (from == like) return ctx.AliasOutput(0, 0, like);
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, like}));
  StridedCopy copy(static_cast<size_t>(ElementBytes(in.type)));
  copy.AddDims(like, strides, RowMajorStrides(like));
  copy.Finish();
  ctx.SetStepState(&Run, copy);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(expand_to, {.domain = gradient::kDomain,
                               .op = "ExpandTo",
                               .supports = &Supports,
                               .prepare = &Prepare});

}  // namespace onnxifi::cpu
