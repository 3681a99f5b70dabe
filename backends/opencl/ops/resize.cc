#include "backends/opencl/kernels/resize.h"

#include "backends/common/ops/op_util.h"

namespace onnxifi::opencl {
namespace {

Reject Supports(const NodeView& n) {
  ResizeNode resize;
  const char* wrong = "";
  if (!ParseResize(n, &resize, &wrong))
    return {RejectReason::kAttribute, wrong};
  return SupportsResize(n, resize);
}

Status Prepare(PrepareContext& ctx) {
  ResizeNode resize;
  const char* wrong = "";
  if (!ParseResize(ctx, &resize, &wrong)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, wrong);
  }
  return PrepareResize(ctx, resize);
}

}  // namespace

ONNXIFI_DEFINE_OPS(resize, {.op = "Resize",
                            .min_opset = 10,
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::opencl
