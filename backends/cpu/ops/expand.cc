#include <algorithm>

#include "backends/cpu/kernels/move_util.h"
#include "backends/cpu/kernels/strided_copy.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;

Reject Supports(const NodeView& n) {
  if (Reject r = RequireMovable(n, {0}); !r.supported()) return r;
  return RequireKnown(n, 1);
}

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const StridedCopy*>(state)->Run(args.in[0], args.out[0],
                                              args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc& in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(Shape wanted, ctx.ConstantInts(1));
  const size_t rank = std::max(wanted.size(), in.dims.size());
  Shape from(rank - in.dims.size(), 1);
  from.insert(from.end(), in.dims.begin(), in.dims.end());
  wanted.insert(wanted.begin(), rank - wanted.size(), 1);
  Shape strides = RowMajorStrides(from);
  for (size_t i = 0; i < rank; ++i) {
    if (wanted[i] == 1) wanted[i] = from[i];
    if (from[i] == wanted[i]) continue;
    if (from[i] != 1) {
      return ShapeError(
          ctx, StrCat("input ", ShapeText(in.dims), " does not broadcast to ",
                      ShapeText(wanted)));
    }
    strides[i] = 0;
  }
  if (wanted == from) return ctx.AliasOutput(0, 0, std::move(wanted));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, wanted}));
  StridedCopy copy(ElementBytes(in.type));
  copy.AddDims(wanted, strides, RowMajorStrides(wanted));
  copy.Finish();
  ctx.SetStepState(&Run, copy);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(expand, {.op = "Expand",
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
