// The exported functions of onnxifi-imagedecoder.so.
#include <new>

#include "backends/cpu/image/canvas.h"
#include "backends/cpu/image/image_api.h"

namespace onnxifi::cpu::image {
namespace {

struct Decoder {
  bool (*is)(Bytes data);
  bool (*decode)(Bytes data, Canvas* canvas);
};

constexpr Decoder kDecoders[] = {
    {&IsJpeg, &DecodeJpeg},         {&IsPng, &DecodePng},
    {&IsBmp, &DecodeBmp},           {&IsWebp, &DecodeWebp},
    {&IsTiff, &DecodeTiff},         {&IsPnm, &DecodePnm},
    {&IsJpeg2000, &DecodeJpeg2000},
};

}  // namespace
}  // namespace onnxifi::cpu::image

extern "C" {

__attribute__((visibility("default"))) int onnxifiImageApiVersion(void) {
  return ONNXIFI_IMAGE_API_VERSION;
}

__attribute__((visibility("default"))) int onnxifiImageDecode(
    const uint8_t* data, size_t size, int pixel_format,
    onnxifiImageAllocate allocate, void* context) {
  using onnxifi::cpu::image::Canvas;
  const onnxifi::cpu::image::Bytes bytes(data, size);
  try {
    Canvas canvas(pixel_format, allocate, context);
    for (const auto& decoder : onnxifi::cpu::image::kDecoders) {
      if (decoder.is(bytes)) return decoder.decode(bytes, &canvas) ? 0 : 1;
    }
  } catch (const std::bad_alloc&) {
    return 1;
  }
  return 1;
}

}  // extern "C"
