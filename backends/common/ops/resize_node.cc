#include "backends/common/ops/resize_node.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi {
namespace {

using Policy = ResizeNode::Policy;
using Axes = std::vector<ResizeAxis>;

constexpr double kMostSize = 1099511627776.0;  // 2^40

bool ParsePolicy(std::string_view text, Policy* policy) {
  if (text == "not_larger") {
    *policy = Policy::kNotLarger;
  } else if (text == "not_smaller") {
    *policy = Policy::kNotSmaller;
  } else if (text != "stretch") {
    return false;
  }
  return true;
}

// The axes that the lists are about.
Result<std::vector<size_t>> ListedAxes(const PrepareContext& ctx,
                                       const ResizeNode& resize) {
  const size_t rank = ctx.in(0).dims.size();
  std::vector<size_t> listed;
  for (const int64_t axis : resize.axes) {
    ONNXIFI_ASSIGN_OR_RETURN(const size_t a, NormalizeAxis(ctx, axis, rank));
    listed.push_back(a);
  }
  for (size_t a = 0; resize.axes.empty() && a < rank; ++a) listed.push_back(a);
  return listed;
}

Status CheckCounts(const PrepareContext& ctx, const ResizeNode& resize,
                   size_t listed) {
  const int64_t count = static_cast<int64_t>(listed);
  const auto fits = [&](size_t i, int64_t wanted) {
    return i == ResizeNode::kNone || Product(ctx.in(i).dims) == wanted;
  };
  const bool attribute_fits = resize.scales != ResizeNode::kNone ||
                              resize.sizes != ResizeNode::kNone ||
                              resize.scale_attribute.size() == listed;
  if (!fits(resize.roi, 2 * count) || !fits(resize.scales, count) ||
      !fits(resize.sizes, count) || !attribute_fits) {
    return ShapeError(ctx, "scales, sizes or roi do not fit the axes");
  }
  return Status::Ok();
}

// Input i, or nothing when the node has no use for it.
Status ReadKnown(const PrepareContext& ctx, size_t i,
                 const graph::TensorData** data) {
  *data = i == ResizeNode::kNone ? nullptr : ctx.ConstantIn(i);
  if (i != ResizeNode::kNone && *data == nullptr) return UnknownInput(ctx, i);
  return Status::Ok();
}

// Scales and sizes from `scales`; false when one is unusable.
bool ScaleAxes(const ResizeNode& resize, const graph::TensorData* scales,
               const std::vector<size_t>& listed, Axes* axes) {
  const bool crop = resize.rule.coordinates == Coordinates::kTfCropAndResize;
  for (size_t i = 0; i < listed.size(); ++i) {
    ResizeAxis& axis = (*axes)[listed[i]];
    float scale = 0;
    if (scales == nullptr) {
      scale = resize.scale_attribute[i];
    } else {
      std::memcpy(&scale, static_cast<const float*>(scales->data) + i,
                  sizeof(scale));
    }
    axis.scale = static_cast<double>(scale);
    const double region = crop ? axis.roi_end - axis.roi_start : 1;
    const double out =
        std::floor(static_cast<double>(axis.in) * region * axis.scale);
    if (!(out >= 0 && out <= kMostSize)) return false;
    axis.out = static_cast<int64_t>(out);
    if (!(axis.scale > 0 || axis.out == 0)) return false;
  }
  return true;
}

// The same from `sizes`. All axes have one scale when the aspect ratio stays.
bool SizeAxes(const ResizeNode& resize, const graph::TensorData& sizes,
              const std::vector<size_t>& listed, Axes* axes) {
  double chosen = 0;
  for (size_t i = 0; i < listed.size(); ++i) {
    ResizeAxis& axis = (*axes)[listed[i]];
    const double in = static_cast<double>(axis.in);
    axis.out = LoadInt(sizes.data, sizes.type, static_cast<int64_t>(i));
    const double out = static_cast<double>(axis.out);
    if (!(out >= 0 && out <= kMostSize)) return false;
    axis.scale = in == 0 ? 1 : out / in;
    if (i == 0) {
      chosen = axis.scale;
    } else {
      chosen = resize.policy == Policy::kNotLarger
                   ? std::min(chosen, axis.scale)
                   : std::max(chosen, axis.scale);
    }
  }
  for (size_t i = 0; resize.policy != Policy::kStretch && i < listed.size();
       ++i) {
    ResizeAxis& axis = (*axes)[listed[i]];
    const double out = std::floor(chosen * static_cast<double>(axis.in) + 0.5);
    if (!(out <= kMostSize)) return false;
    axis.scale = chosen;
    axis.out = static_cast<int64_t>(out);
  }
  return true;
}

}  // namespace

bool ParseResize(const NodeView& node, ResizeNode* resize, const char** wrong) {
  const graph::AttrReader attrs = node.attrs();
  *wrong = "mode";
  if (!ParseResizeMode(attrs.String("mode", "nearest"), &resize->rule.mode)) {
    return false;
  }
  if (node.opset() < 11) {
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
  if (!ParsePolicy(attrs.String("keep_aspect_ratio_policy", "stretch"),
                   &resize->policy)) {
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
  if (node.HasInput(3)) {
    resize->sizes = 3;
  } else if (node.HasInput(2)) {
    resize->scales = 2;
  } else {
    return false;
  }
  return resize->roi == ResizeNode::kNone || node.HasInput(1);
}

bool ParseUpsample(const NodeView& node, ResizeNode* resize) {
  const graph::AttrReader attrs = node.attrs();
  if (!ParseResizeMode(attrs.String("mode", "nearest"), &resize->rule.mode) ||
      resize->rule.mode == ResizeMode::kCubic) {
    return false;
  }
  resize->rule.coordinates = Coordinates::kAsymmetric;
  resize->rule.nearest = NearestMode::kFloor;
  if (node.opset() >= 9) {
    resize->scales = 1;
  } else if (node.opset() >= 7) {
    const auto scales = attrs.Floats("scales");
    resize->scale_attribute.assign(scales.begin(), scales.end());
  } else {
    resize->scale_attribute = {1, 1, attrs.Float("height_scale", 0),
                               attrs.Float("width_scale", 0)};
  }
  return true;
}

Reject RequireGeometry(const NodeView& node, const ResizeNode& resize) {
  for (const size_t i : {resize.roi, resize.scales, resize.sizes}) {
    if (i == ResizeNode::kNone) continue;
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

Result<Axes> FindResizeAxes(const PrepareContext& ctx, const ResizeNode& resize,
                            double (*load)(const void* data, DataType type,
                                           int64_t i)) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<size_t> listed,
                           ListedAxes(ctx, resize));
  ONNXIFI_RETURN_IF_ERROR(CheckCounts(ctx, resize, listed.size()));
  const graph::TensorData *roi, *scales, *sizes;
  ONNXIFI_RETURN_IF_ERROR(ReadKnown(ctx, resize.roi, &roi));
  ONNXIFI_RETURN_IF_ERROR(ReadKnown(ctx, resize.scales, &scales));
  ONNXIFI_RETURN_IF_ERROR(ReadKnown(ctx, resize.sizes, &sizes));
  Axes axes;
  for (const int64_t dim : ctx.in(0).dims) axes.push_back({dim, dim, 1, 0, 1});
  const int64_t count = static_cast<int64_t>(listed.size());
  for (int64_t i = 0; roi != nullptr && i < count; ++i) {
    ResizeAxis& axis = axes[listed[static_cast<size_t>(i)]];
    axis.roi_start = load(roi->data, roi->type, i);
    axis.roi_end = load(roi->data, roi->type, i + count);
  }
  const bool valid = sizes != nullptr
                         ? SizeAxes(resize, *sizes, listed, &axes)
                         : ScaleAxes(resize, scales, listed, &axes);
  if (!valid) return ShapeError(ctx, "scales or sizes are not valid");
  for (size_t a = 0; a < axes.size(); ++a) {
    if (axes[a].in == 0 && axes[a].out != 0) {
      return ShapeError(ctx, StrCat("axis ", a, " is empty"));
    }
  }
  return axes;
}

}  // namespace onnxifi
