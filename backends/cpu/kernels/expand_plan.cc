#include "backends/cpu/kernels/expand_plan.h"

#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/strided_copy.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;

onnxStatus Run(const void* state, const RunArgs& args) {
  static_cast<const StridedCopy*>(state)->Run(args.in[0], args.out[0],
                                              args.pool);
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Status PlanExpand(PrepareContext& ctx, Shape out) {
  const TensorDesc& in = ctx.in(0);
  const auto mismatch = [&] {
    return ShapeError(ctx, StrCat("input ", ShapeText(in.dims),
                                  " does not broadcast to ", ShapeText(out)));
  };
  if (in.dims.size() > out.size()) return mismatch();
  Shape from(out.size() - in.dims.size(), 1);
  from.insert(from.end(), in.dims.begin(), in.dims.end());
  Shape strides = RowMajorStrides(from);
  for (size_t d = 0; d < out.size(); ++d) {
    if (from[d] == out[d]) continue;
    if (from[d] != 1) return mismatch();
    strides[d] = 0;
  }
  if (from == out) return ctx.AliasOutput(0, 0, std::move(out));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, out}));
  StridedCopy copy(ElementBytes(in.type));
  copy.AddDims(out, strides, RowMajorStrides(out));
  copy.Finish();
  ctx.SetStepState(&Run, copy);
  return Status::Ok();
}

}  // namespace onnxifi::cpu
