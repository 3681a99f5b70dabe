#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/normalize.h"
#include "backends/opencl/kernels/reduce.h"

namespace onnxifi::opencl {
namespace {

// Added to the standard deviation, as the operator's definition does.
constexpr float kEpsilon = 1e-9F;

Reject Supports(const NodeView& node) {
  return RequireTypes(node, 0, kFloatTypes);
}

Status Prepare(PrepareContext& ctx) {
  const TensorDesc in = ctx.in(0);
  constexpr int64_t kDefault[] = {0, 2, 3};
  std::span<const int64_t> axes = ctx.attrs().Ints("axes");
  if (axes.empty()) axes = kDefault;
  uint64_t reduced = 0;
  for (const int64_t axis : axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                             NormalizeAxis(ctx, axis, in.dims.size()));
    reduced |= uint64_t{1} << a;
  }
  Normalization norm;
  norm.dims = RowDims(in.dims, reduced);
  norm.deviation_epsilon = kEpsilon;
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {in.type, in.dims}));
  ctx.AllowInPlace(0, 0);
  PrepareNormalization(ctx, norm);
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(mean_variance_normalization,
                   {.op = "MeanVarianceNormalization",
                    .supports = &Supports,
                    .prepare = &Prepare});

}  // namespace onnxifi::opencl
