#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/resize.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& n) {
  ResizeNode resize;
  if (!ParseUpsample(n, &resize)) return {RejectReason::kAttribute, "mode"};
  return SupportsResize(n, resize);
}

Status Prepare(PrepareContext& ctx) {
  ResizeNode resize;
  if (!ParseUpsample(ctx, &resize)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, "mode");
  }
  return PrepareResize(ctx, resize);
}

}  // namespace

ONNXIFI_DEFINE_OPS(upsample, {.op = "Upsample",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::opencl
