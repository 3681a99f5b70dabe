#include "backends/common/ops/resize_axis.h"

#include <algorithm>
#include <cmath>

namespace onnxifi {

namespace {

// Far outside every tensor, and small enough to convert to int64.
constexpr double kFar = 1e15;

double Triangle(double x) { return std::max(1 - std::abs(x), 0.0); }

// As products, because powers of x would cancel where the weight is small.
double CubicWeight(double a, double x) {
  x = std::abs(x);
  if (x <= 1) return (1 - x) * (1 + x - (a + 2) * x * x);
  if (x < 2) return a * (x - 1) * (x - 2) * (x - 2);
  return 0;
}

// Taps on each side of the centre; widened by antialiasing when shrinking.
double Stretch(const ResizeRule& rule, const ResizeAxis& axis) {
  return rule.antialias ? std::min(axis.scale, 1.0) : 1.0;
}

}  // namespace

bool ParseResizeMode(std::string_view text, ResizeMode* mode) {
  if (text == "nearest") {
    *mode = ResizeMode::kNearest;
  } else if (text == "linear" || text == "bilinear") {
    *mode = ResizeMode::kLinear;
  } else if (text == "cubic") {
    *mode = ResizeMode::kCubic;
  } else {
    return false;
  }
  return true;
}

bool ParseCoordinates(std::string_view text, Coordinates* coordinates) {
  if (text == "half_pixel") {
    *coordinates = Coordinates::kHalfPixel;
  } else if (text == "half_pixel_symmetric") {
    *coordinates = Coordinates::kHalfPixelSymmetric;
  } else if (text == "pytorch_half_pixel") {
    *coordinates = Coordinates::kPytorchHalfPixel;
  } else if (text == "align_corners") {
    *coordinates = Coordinates::kAlignCorners;
  } else if (text == "asymmetric") {
    *coordinates = Coordinates::kAsymmetric;
  } else if (text == "tf_crop_and_resize") {
    *coordinates = Coordinates::kTfCropAndResize;
  } else {
    return false;
  }
  return true;
}

bool ParseNearestMode(std::string_view text, NearestMode* mode) {
  if (text == "round_prefer_floor") {
    *mode = NearestMode::kRoundPreferFloor;
  } else if (text == "round_prefer_ceil") {
    *mode = NearestMode::kRoundPreferCeil;
  } else if (text == "floor") {
    *mode = NearestMode::kFloor;
  } else if (text == "ceil") {
    *mode = NearestMode::kCeil;
  } else {
    return false;
  }
  return true;
}

double ResizeCoordinate(const ResizeRule& rule, const ResizeAxis& axis,
                        int64_t o) {
  const double y = static_cast<double>(o);
  const double in = static_cast<double>(axis.in);
  const double out = axis.scale * in;
  const double roi = axis.roi_end - axis.roi_start;
  double x = 0;
  switch (rule.coordinates) {
    case Coordinates::kHalfPixel:
      x = (y + 0.5) / axis.scale - 0.5;
      break;
    case Coordinates::kHalfPixelSymmetric:
      x = in / 2 * (1 - static_cast<double>(axis.out) / out) +
          (y + 0.5) / axis.scale - 0.5;
      break;
    case Coordinates::kPytorchHalfPixel:
      x = out == 1 ? -0.5 : (y + 0.5) / axis.scale - 0.5;
      break;
    case Coordinates::kAlignCorners:
      x = out == 1 ? 0 : y * (in - 1) / (out - 1);
      break;
    case Coordinates::kAsymmetric:
      x = y / axis.scale;
      break;
    case Coordinates::kTfCropAndResize:
      x = axis.roi_start * (in - 1) +
          (axis.out == 1
               ? roi * (in - 1) / 2
               : y * roi * (in - 1) / static_cast<double>(axis.out - 1));
      break;
  }
  return std::isnan(x) ? 0 : std::clamp(x, -kFar, kFar);
}

bool IsExtrapolated(const ResizeRule& rule, const ResizeAxis& axis, double x) {
  return rule.coordinates == Coordinates::kTfCropAndResize &&
         (x < 0 || x > static_cast<double>(axis.in - 1));
}

int64_t NearestIndex(const ResizeRule& rule, const ResizeAxis& axis,
                     int64_t o) {
  const double x = ResizeCoordinate(rule, axis, o);
  if (IsExtrapolated(rule, axis, x)) return -1;
  double index = 0;
  switch (rule.nearest) {
    case NearestMode::kRoundPreferFloor:
      index = std::ceil(x - 0.5);
      break;
    case NearestMode::kRoundPreferCeil:
      index = std::floor(x + 0.5);
      break;
    case NearestMode::kFloor:
      index = std::floor(x);
      break;
    case NearestMode::kCeil:
      index = std::ceil(x);
      break;
  }
  return std::clamp<int64_t>(static_cast<int64_t>(index), 0, axis.in - 1);
}

int64_t ResizeTaps(const ResizeRule& rule, const ResizeAxis& axis) {
  const double reach = rule.mode == ResizeMode::kCubic ? 2 : 1;
  const double stretched = std::ceil(reach / Stretch(rule, axis));
  // More taps than that only repeat the border.
  return 2 * static_cast<int64_t>(
                 std::min(stretched, static_cast<double>(axis.in) * 2 + reach));
}

int64_t MaxResizeTaps(const ResizeRule& rule, int64_t in, int64_t out) {
  const int64_t reach = rule.mode == ResizeMode::kCubic ? 2 : 1;
  if (!rule.antialias || in <= 0 || out <= 0) return 2 * reach;
  return 2 * (in * 2 + reach);
}

template <typename F>
int64_t ResizeWeights(const ResizeRule& rule, const ResizeAxis& axis, double x,
                      F* weights) {
  const int64_t taps = ResizeTaps(rule, axis);
  const double stretch = Stretch(rule, axis);
  const double base = std::floor(x);
  const int64_t first = static_cast<int64_t>(base) - taps / 2 + 1;
  double sum = 0;
  for (int64_t i = 0; i < taps; ++i) {
    const double distance = (static_cast<double>(first + i) - x) * stretch;
    double weight = rule.mode == ResizeMode::kCubic
                        ? CubicWeight(rule.cubic_a, distance)
                        : Triangle(distance);
    if (rule.exclude_outside && (first + i < 0 || first + i >= axis.in)) {
      weight = 0;
    }
    sum += weight;
    weights[i] = static_cast<F>(weight);
  }
  if ((rule.exclude_outside || rule.antialias) && sum != 0) {
    const F factor = static_cast<F>(1 / sum);
    for (int64_t i = 0; i < taps; ++i) weights[i] *= factor;
  }
  return first;
}

template int64_t ResizeWeights(const ResizeRule&, const ResizeAxis&, double,
                               float*);
template int64_t ResizeWeights(const ResizeRule&, const ResizeAxis&, double,
                               double*);

}  // namespace onnxifi
