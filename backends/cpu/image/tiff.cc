#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

namespace {

// A file in memory, as libtiff sees it.
struct Source {
  Bytes data;
  uint64_t at = 0;
};

tmsize_t Read(thandle_t handle, void* out, tmsize_t size) {
  auto* s = static_cast<Source*>(handle);
  if (size <= 0 || s->at >= s->data.size()) return 0;
  const uint64_t count =
      std::min<uint64_t>(static_cast<uint64_t>(size), s->data.size() - s->at);
  std::memcpy(out, s->data.data() + s->at, count);
  s->at += count;
  return static_cast<tmsize_t>(count);
}
tmsize_t Write(thandle_t, void*, tmsize_t) { return 0; }
toff_t Seek(thandle_t handle, toff_t offset, int whence) {
  auto* s = static_cast<Source*>(handle);
  const uint64_t base = whence == SEEK_SET   ? 0
                        : whence == SEEK_CUR ? s->at
                                             : s->data.size();
  s->at = base + offset;
  return s->at;
}
int Close(thandle_t) { return 0; }
toff_t Size(thandle_t handle) {
  return static_cast<Source*>(handle)->data.size();
}
int Map(thandle_t, void**, toff_t*) { return 0; }
void Unmap(thandle_t, void*, toff_t) {}

// Messages are dropped: a library prints nothing.
int Drop(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
struct FreeOptions {
  void operator()(TIFFOpenOptions* options) const {
    TIFFOpenOptionsFree(options);
  }
};

// libtiff multiplies colors by an alpha that was apart from them: undone.
void TakeAlphaOut(uint8_t* rgba, uint32_t width) {
  for (uint32_t x = 0; x < width; ++x, rgba += 4) {
    const uint32_t alpha = rgba[3];
    if (alpha == 0 || alpha == 255) continue;
    for (int i = 0; i < 3; ++i) {
      rgba[i] = static_cast<uint8_t>(
          std::min<uint32_t>(255, (rgba[i] * 255u + alpha / 2) / alpha));
    }
  }
}

bool HasLooseAlpha(TIFF* tiff) {
  uint16_t count = 0;
  uint16_t* kinds = nullptr;
  return TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) == 1 &&
         count > 0 && kinds[0] == EXTRASAMPLE_UNASSALPHA;
}

}  // namespace

bool IsTiff(Bytes data) {
  return StartsWith(data, "II*\0", 4) || StartsWith(data, "MM\0*", 4) ||
         StartsWith(data, "II+\0", 4) || StartsWith(data, "MM\0+", 4);
}

bool DecodeTiff(Bytes data, Canvas* canvas) {
  Source source{data, 0};
  const std::unique_ptr<TIFFOpenOptions, FreeOptions> options(
      TIFFOpenOptionsAlloc());
  if (options == nullptr) return false;
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), &Drop, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), &Drop, nullptr);
  const std::unique_ptr<TIFF, CloseTiff> tiff(
      TIFFClientOpenExt("image", "rm", &source, &Read, &Write, &Seek, &Close,
                        &Size, &Map, &Unmap, options.get()));
  if (tiff == nullptr) return false;
  uint32_t width = 0;
  uint32_t height = 0;
  if (TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width) != 1 ||
      TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height) != 1 ||
      !canvas->Begin(width, height)) {
    return false;
  }
  // Red is the lowest byte of each, wherever this runs.
  std::vector<uint32_t> pixels(size_t{width} * height);
  if (TIFFReadRGBAImageOriented(tiff.get(), width, height, pixels.data(),
                                ORIENTATION_TOPLEFT, 1) != 1) {
    return false;
  }
  const bool loose = HasLooseAlpha(tiff.get());
  for (uint32_t y = 0; y < height; ++y) {
    auto* row = reinterpret_cast<uint8_t*>(pixels.data() + size_t{y} * width);
    if (loose) TakeAlphaOut(row, width);
    canvas->PutRgb(y, row, 4);
  }
  return true;
}

}  // namespace onnxifi::cpu::image
