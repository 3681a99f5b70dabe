#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

namespace {

// ITU-R 601 luma in 16-bit fixed point, as Pillow has it.
uint8_t Luma(const uint8_t* rgb) {
  constexpr uint32_t kRed = 19595;
  constexpr uint32_t kGreen = 38470;
  constexpr uint32_t kBlue = 7471;
  constexpr uint32_t kHalf = 1 << 15;
  return static_cast<uint8_t>(
      (rgb[0] * kRed + rgb[1] * kGreen + rgb[2] * kBlue + kHalf) >> 16);
}

}  // namespace

bool Canvas::Begin(uint64_t width, uint64_t height) {
  if (width == 0 || height == 0 || width > kMaxPixels || height > kMaxPixels ||
      width * height > kMaxPixels) {
    return false;
  }
  width_ = static_cast<uint32_t>(width);
  height_ = static_cast<uint32_t>(height);
  pixels_ = allocate_(context_, height_, width_, channels());
  return pixels_ != nullptr;
}

uint8_t* Canvas::Row(uint32_t y) const {
  return pixels_ + size_t{y} * width_ * channels();
}

void Canvas::PutRgb(uint32_t y, const uint8_t* row, size_t step) {
  uint8_t* out = Row(y);
  for (uint32_t x = 0; x < width_; ++x, row += step) {
    if (format_ == ONNXIFI_IMAGE_GRAYSCALE) {
      *out++ = Luma(row);
      continue;
    }
    const bool swap = format_ == ONNXIFI_IMAGE_BGR;
    *out++ = row[swap ? 2 : 0];
    *out++ = row[1];
    *out++ = row[swap ? 0 : 2];
  }
}

void Canvas::PutGray(uint32_t y, const uint8_t* row, size_t step) {
  uint8_t* out = Row(y);
  for (uint32_t x = 0; x < width_; ++x, row += step) {
    for (uint32_t c = 0; c < channels(); ++c) *out++ = *row;
  }
}

}  // namespace onnxifi::cpu::image
