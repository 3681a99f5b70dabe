#include "backends/cpu/kernels/resize.h"

#include "backends/common/ops/op_util.h"

namespace onnxifi::cpu {
namespace {

// Which inputs and attributes of this node say what; false with the name of
// the attribute that has an unknown value.
bool Parse(const NodeView& n, ResizeNode* resize, const char** wrong) {
  const graph::AttrReader attrs = n.attrs();
  *wrong = "mode";
  if (!ParseResizeMode(attrs.String("mode", "nearest"), &resize->rule.mode)) {
    return false;
  }
  if (n.opset() < 11) {
    resize->rule.coordinates = Coordinates::kAsymmetric;
    resize->rule.nearest = NearestMode::kFloor;
    resize->scales = 1;
    return true;
  }
  *wrong = "coordinate_transformation_mode";
  if (!ParseCoordinates(
          attrs.String("coordinate_transformation_mode", "half_pixel"),
          &resize->rule.coordinates)) {
    return false;
  }
  *wrong = "nearest_mode";
  if (!ParseNearestMode(attrs.String("nearest_mode", "round_prefer_floor"),
                        &resize->rule.nearest)) {
    return false;
  }
  *wrong = "keep_aspect_ratio_policy";
  const auto policy = attrs.String("keep_aspect_ratio_policy", "stretch");
  if (policy == "not_larger") {
    resize->policy = ResizeNode::Policy::kNotLarger;
  } else if (policy == "not_smaller") {
    resize->policy = ResizeNode::Policy::kNotSmaller;
  } else if (policy != "stretch") {
    return false;
  }
  resize->rule.cubic_a = attrs.Float("cubic_coeff_a", -0.75F);
  resize->rule.exclude_outside = attrs.Int("exclude_outside", 0) != 0;
  resize->rule.antialias = attrs.Int("antialias", 0) != 0;
  resize->extrapolation = attrs.Float("extrapolation_value", 0);
  const auto axes = attrs.Ints("axes");
  resize->axes.assign(axes.begin(), axes.end());
  if (resize->rule.coordinates == Coordinates::kTfCropAndResize) {
    resize->roi = 1;
  }
  *wrong = "scales and sizes";
  // Before opset 13 an unused `scales` is an empty tensor.
  if (n.HasInput(3)) {
    resize->sizes = 3;
  } else if (n.HasInput(2)) {
    resize->scales = 2;
  } else {
    return false;
  }
  return resize->roi == ResizeNode::kNone || n.HasInput(1);
}

Reject Supports(const NodeView& n) {
  ResizeNode resize;
  const char* wrong = "";
  if (!Parse(n, &resize, &wrong)) return {RejectReason::kAttribute, wrong};
  return SupportsResize(n, resize);
}

Status Prepare(PrepareContext& ctx) {
  ResizeNode resize;
  const char* wrong = "";
  if (!Parse(ctx, &resize, &wrong)) {
    return NodeError(ctx, ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE, wrong);
  }
  return PrepareResize(ctx, std::move(resize));
}

}  // namespace

ONNXIFI_DEFINE_OPS(resize, {.op = "Resize",
                            .min_opset = 10,
                            .supports = &Supports,
                            .prepare = &Prepare});

}  // namespace onnxifi::cpu
