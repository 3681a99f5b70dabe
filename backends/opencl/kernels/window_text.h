#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_WINDOW_TEXT_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_WINDOW_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "backends/common/ops/window.h"

namespace onnxifi::opencl {

// The windows of an image as a matrix: row `i` is a tap of a channel, column `j`
// a window, and matrix `z` has `channels` channels.
struct WindowText {
  std::string inside;  // false: the tap lies on the padding
  std::string index;   // of the element in the image
};
WindowText WindowElement(const Window& window, int64_t channels);

// The coordinates of window `name` in the dimensions of the image.
std::vector<std::string> WindowPlace(const Window& window,
                                     const std::string& name);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_WINDOW_TEXT_H_
