#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/normalize.h"
#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& node) {
  if (Reject r = RequireTypes(node, 0, kFloatTypes); !r.supported()) return r;
  return RequireTypes(node, 1, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  ONNXIFI_ASSIGN_OR_RETURN(
      const size_t axis,
      NormalizeAxis(ctx, ctx.attrs().Int("axis", -1), in.dims.size()));
  Normalization norm;
  norm.dims = RowDims(in.dims, ~uint64_t{0} << axis);
  norm.centre = false;
  norm.epsilon = ctx.attrs().Float("epsilon", 1e-5F);
  ONNXIFI_ASSIGN_OR_RETURN(norm.gain, InnerStrides(ctx, 1, axis));
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {ctx.in(1).type, in.dims}));
  if (in.type == ctx.in(1).type) ctx.AllowInPlace(0, 0);
  PrepareNormalization(ctx, norm);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(rms_normalization, {.op = "RMSNormalization",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::opencl
