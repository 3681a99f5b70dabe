#include "backends/opencl/kernels/window_text.h"

#include <limits>

#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Counts are divided as ints where they fit: GPUs have no long division.
std::string Narrow(const char* name, int64_t count) {
  return count <= std::numeric_limits<int32_t>::max()
             ? StrCat("(int)(", name, ")")
             : StrCat("(", name, ")");
}

// The place along axis d of the pixel that tap i of window j reads, where taps
// and windows are counted over all axes.
std::string AxisPlace(const Window& w, size_t d, int64_t channels) {
  int64_t taps = 1;
  int64_t windows = 1;
  for (size_t e = d + 1; e < kMaxSpatial; ++e) {
    taps *= w.kernel[e];
    windows *= w.out[e];
  }
  return StrCat("(", Narrow("j", w.out_points()), " / ", windows, " % ",
                w.out[d], " * ", w.stride[d], " - ", w.pad_begin[d], " + ",
                Narrow("i", channels * w.kernel_points()), " / ", taps, " % ",
                w.kernel[d], " * ", w.dilation[d], ")");
}

}  // namespace

WindowText WindowElement(const Window& w, int64_t channels) {
  WindowText text;
  text.index = StrCat("((z) * ", channels, "L + ",
                      Narrow("i", channels * w.kernel_points()), " / ",
                      w.kernel_points(), ")");
  for (size_t d = 0; d < kMaxSpatial; ++d) {
    const std::string at = AxisPlace(w, d, channels);
    text.inside +=
        StrCat(d == 0 ? "" : " && ", at, " >= 0 && ", at, " < ", w.in[d]);
    text.index = StrCat("(", text.index, " * ", w.in[d], " + ", at, ")");
  }
  return text;
}

std::vector<std::string> WindowPlace(const Window& window,
                                     const std::string& name) {
  std::vector<std::string> place(window.rank);
  int64_t below = 1;
  for (size_t d = place.size(); d-- > 0;) {
    const int64_t extent = window.out[d + kMaxSpatial - window.rank];
    place[d] = StrCat("(", name, ") / ", below, " % ", extent);
    below *= extent;
  }
  return place;
}

}  // namespace onnxifi::opencl
