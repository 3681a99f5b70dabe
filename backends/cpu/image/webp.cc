#include <webp/decode.h>

#include <vector>

#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

bool IsWebp(Bytes data) {
  return StartsWith(data, "RIFF", 4) && data.size() >= 12 &&
         StartsWith(data.subspan(8), "WEBP", 4);
}

// Still pictures; an animation is none.
bool DecodeWebp(Bytes data, Canvas* canvas) {
  int width = 0;
  int height = 0;
  if (WebPGetInfo(data.data(), data.size(), &width, &height) == 0 ||
      width <= 0 || height <= 0 ||
      !canvas->Begin(static_cast<uint64_t>(width),
                     static_cast<uint64_t>(height))) {
    return false;
  }
  const size_t stride = size_t{canvas->width()} * 3;
  std::vector<uint8_t> pixels(stride * canvas->height());
  if (WebPDecodeRGBInto(data.data(), data.size(), pixels.data(), pixels.size(),
                        static_cast<int>(stride)) == nullptr) {
    return false;
  }
  for (uint32_t y = 0; y < canvas->height(); ++y) {
    canvas->PutRgb(y, pixels.data() + y * stride);
  }
  return true;
}

}  // namespace onnxifi::cpu::image
