#ifndef ONNXIFI_BACKENDS_COMMON_OPS_RESIZE_AXIS_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_RESIZE_AXIS_H_

#include <cstdint>
#include <string_view>

namespace onnxifi {

// How Resize computes one axis. Pure functions, thread-safe.

enum class ResizeMode : uint8_t { kNearest, kLinear, kCubic };
enum class Coordinates : uint8_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kTfCropAndResize,
};
enum class NearestMode : uint8_t {
  kRoundPreferFloor,
  kRoundPreferCeil,
  kFloor,
  kCeil,
};

bool ParseResizeMode(std::string_view text, ResizeMode* mode);
bool ParseCoordinates(std::string_view text, Coordinates* coordinates);
bool ParseNearestMode(std::string_view text, NearestMode* mode);

// What is the same for all axes of a node.
struct ResizeRule {
  ResizeMode mode = ResizeMode::kNearest;
  Coordinates coordinates = Coordinates::kHalfPixel;
  NearestMode nearest = NearestMode::kRoundPreferFloor;
  double cubic_a = -0.75;
  bool exclude_outside = false;
  bool antialias = false;
};

struct ResizeAxis {
  int64_t in = 1;
  int64_t out = 1;
  double scale = 1;
  double roi_start = 0;
  double roi_end = 1;

  // The output equals the input along this axis.
  bool IsIdentity() const {
    return in == out && scale == 1 && roi_start == 0 && roi_end == 1;
  }
};

// Input position of output index `o`; may lie outside the input.
double ResizeCoordinate(const ResizeRule& rule, const ResizeAxis& axis,
                        int64_t o);
// True when tf_crop_and_resize takes the extrapolation value there.
bool IsExtrapolated(const ResizeRule& rule, const ResizeAxis& axis, double x);

// The input index that nearest takes, clamped to the input; -1 for the
// extrapolation value.
int64_t NearestIndex(const ResizeRule& rule, const ResizeAxis& axis, int64_t o);

// Taps per output index of linear and cubic.
int64_t ResizeTaps(const ResizeRule& rule, const ResizeAxis& axis);
// Upper bound of ResizeTaps over all scales, for booking memory.
int64_t MaxResizeTaps(const ResizeRule& rule, int64_t in, int64_t out);
// Writes the weights of ResizeTaps taps; returns the first tap's input index,
// which may be negative: taps outside are clamped by the reader.
// F: float or double.
template <typename F>
int64_t ResizeWeights(const ResizeRule& rule, const ResizeAxis& axis, double x,
                      F* weights);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_RESIZE_AXIS_H_
