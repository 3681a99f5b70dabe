#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/resize.h"

namespace onnxifi::cpu {
namespace {

bool Parse(const NodeView& n, ResizeNode* resize) {
  if (!ParseResizeMode(n.attrs().String("mode", "nearest"),
                       &resize->rule.mode) ||
      resize->rule.mode == ResizeMode::kCubic) {
    return false;
  }
  resize->rule.coordinates = Coordinates::kAsymmetric;
  resize->rule.nearest = NearestMode::kFloor;
  if (n.opset() >= 9) {
    resize->scales = 1;
  } else if (n.opset() >= 7) {
    const auto scales = n.attrs().Floats("scales");
    resize->scale_attribute.assign(scales.begin(), scales.end());
  } else {
    resize->scale_attribute = {1, 1, n.attrs().Float("height_scale", 0),
                               n.attrs().Float("width_scale", 0)};
  }
  return true;
}

Reject Supports(const NodeView& n) {
  ResizeNode resize;
  if (!Parse(n, &resize)) return {RejectReason::kAttribute, "mode"};
  return SupportsResize(n, resize);
}

Status Prepare(PrepareContext& ctx) {
  ResizeNode resize;
  if (!Parse(ctx, &resize)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, "mode");
  }
  return PrepareResize(ctx, std::move(resize));
}

}  // namespace

ONNXIFI_DEFINE_OPS(upsample, {.op = "Upsample",
                              .supports = &Supports,
                              .prepare = &Prepare});

}  // namespace onnxifi::cpu
