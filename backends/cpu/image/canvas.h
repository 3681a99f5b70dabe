#ifndef ONNXIFI_BACKENDS_CPU_IMAGE_CANVAS_H_
#define ONNXIFI_BACKENDS_CPU_IMAGE_CANVAS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "backends/cpu/image/image_api.h"

namespace onnxifi::cpu::image {

using Bytes = std::span<const uint8_t>;

// Images with more pixels are refused: a small file can claim any size.
inline constexpr uint64_t kMaxPixels = uint64_t{1} << 28;

// Where a decoder puts its picture: rows of RGB or gray pixels become rows of
// the wanted format. Thread-compatible.
class Canvas {
 public:
  Canvas(int pixel_format, onnxifiImageAllocate allocate, void* context)
      : format_(pixel_format), allocate_(allocate), context_(context) {}

  // Asks for the memory; false when there is none, or the size is zero or too
  // large. Once, before any row.
  bool Begin(uint64_t width, uint64_t height);

  uint32_t width() const { return width_; }
  uint32_t height() const { return height_; }

  // One row of width() pixels. `step` bytes lie between the starts of two of
  // them; what follows the colours (alpha) is left out.
  void PutRgb(uint32_t y, const uint8_t* row, size_t step = 3);
  void PutGray(uint32_t y, const uint8_t* row, size_t step = 1);

 private:
  uint8_t* Row(uint32_t y) const;
  uint32_t channels() const {
    return format_ == ONNXIFI_IMAGE_GRAYSCALE ? 1 : 3;
  }

  const int format_;
  const onnxifiImageAllocate allocate_;
  void* const context_;
  uint32_t width_ = 0;
  uint32_t height_ = 0;
  uint8_t* pixels_ = nullptr;
};

// One decoder for each format: whether the data starts as such a file does,
// and the decoding; false when the file is damaged or of a kind that nobody
// writes.
bool IsBmp(Bytes data);
bool DecodeBmp(Bytes data, Canvas* canvas);
bool IsPnm(Bytes data);
bool DecodePnm(Bytes data, Canvas* canvas);
bool IsJpeg(Bytes data);
bool DecodeJpeg(Bytes data, Canvas* canvas);
bool IsPng(Bytes data);
bool DecodePng(Bytes data, Canvas* canvas);
bool IsTiff(Bytes data);
bool DecodeTiff(Bytes data, Canvas* canvas);
bool IsWebp(Bytes data);
bool DecodeWebp(Bytes data, Canvas* canvas);
bool IsJpeg2000(Bytes data);
bool DecodeJpeg2000(Bytes data, Canvas* canvas);

// The first bytes are these.
inline bool StartsWith(Bytes data, const char* text, size_t size) {
  if (data.size() < size) return false;
  for (size_t i = 0; i < size; ++i) {
    if (data[i] != static_cast<uint8_t>(text[i])) return false;
  }
  return true;
}

}  // namespace onnxifi::cpu::image

#endif  // ONNXIFI_BACKENDS_CPU_IMAGE_CANVAS_H_
