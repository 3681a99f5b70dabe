#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_DEFORM_SAMPLE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_DEFORM_SAMPLE_H_

#include <cmath>
#include <cstdint>

#include "backends/common/ops/window.h"

namespace onnxifi::cpu {

// The points around a position between the points of an image, with their
// shares in a linear interpolation; those outside of the image count as zero
// and are left out.
template <typename C>
struct Corners {
  static constexpr int kMost = 1 << kMaxSpatial;
  int count = 0;
  int64_t at[kMost];
  C share[kMost];
};

// `position` has one number per dimension of the window, in points; `factor`
// multiplies all shares.
template <typename C>
Corners<C> FindCorners(const Window& w, const C* position, C factor) {
  Corners<C> corners;
  int64_t low[kMaxSpatial];
  C above[kMaxSpatial];
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    // Also false for NaN.
    if (!(position[d] > C{-1} && position[d] < static_cast<C>(w.in[d]))) {
      return corners;
    }
    const C floor = std::floor(position[d]);
    low[d] = static_cast<int64_t>(floor);
    above[d] = position[d] - floor;
  }
  for (int corner = 0; corner < Corners<C>::kMost; ++corner) {
    C share = factor;
    int64_t at = 0;
    bool inside = true;
    for (size_t d = 0; d < kMaxSpatial; ++d) {
      const bool up = (corner >> d & 1) != 0;
      const int64_t index = low[d] + (up ? 1 : 0);
      inside = inside && index >= 0 && index < w.in[d];
      share *= up ? above[d] : 1 - above[d];
      at = at * w.in[d] + index;
    }
    if (!inside || share == 0) continue;
    corners.at[corners.count] = at;
    corners.share[corners.count++] = share;
  }
  return corners;
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_DEFORM_SAMPLE_H_
