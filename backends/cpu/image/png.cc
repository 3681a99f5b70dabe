#include <png.h>
#include <setjmp.h>

#include <cstring>
#include <new>
#include <vector>

#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

namespace {

struct Source {
  Bytes data;
  size_t at = 0;
};

void Read(png_structp png, png_bytep out, png_size_t size) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (size > source->data.size() - source->at) {
    png_error(png, "the file ends early");
  }
  std::memcpy(out, source->data.data() + source->at, size);
  source->at += size;
}

// Instead of libpng's own, which print.
void Ignore(png_structp, png_const_charp) {}
[[noreturn]] void Leave(png_structp png, png_const_charp) {
  png_longjmp(png, 1);
}

// Every kind of PNG as 8-bit gray or RGB, without alpha.
void AskForBytes(png_structp png, png_infop info) {
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

// libpng leaves by longjmp: nothing here has a destructor.
bool Decode(png_structp png, png_infop info, Canvas* canvas,
            std::vector<uint8_t>* pixels, std::vector<png_bytep>* rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_info(png, info);
  const uint32_t width = png_get_image_width(png, info);
  const uint32_t height = png_get_image_height(png, info);
  if (!canvas->Begin(width, height)) return false;
  AskForBytes(png, info);
  const size_t channels = png_get_channels(png, info);
  const size_t row_bytes = png_get_rowbytes(png, info);
  if (row_bytes != width * channels) return false;
  pixels->resize(row_bytes * height);
  rows->resize(height);
  for (uint32_t y = 0; y < height; ++y) {
    (*rows)[y] = pixels->data() + y * row_bytes;
  }
  png_read_image(png, rows->data());
  for (uint32_t y = 0; y < height; ++y) {
    if (channels == 1) {
      canvas->PutGray(y, (*rows)[y]);
    } else {
      canvas->PutRgb(y, (*rows)[y]);
    }
  }
  return true;
}

}  // namespace

bool IsPng(Bytes data) { return StartsWith(data, "\x89PNG\r\n\x1a\n", 8); }

bool DecodePng(Bytes data, Canvas* canvas) {
  std::vector<uint8_t> pixels;
  std::vector<png_bytep> rows;
  Source source{data, 0};
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, &Leave, &Ignore);
  if (png == nullptr) return false;
  png_infop info = png_create_info_struct(png);
  bool decoded = false;
  if (info != nullptr) {
    png_set_read_fn(png, &source, &Read);
    try {
      decoded = Decode(png, info, canvas, &pixels, &rows);
    } catch (const std::bad_alloc&) {
      decoded = false;
    }
  }
  png_destroy_read_struct(&png, &info, nullptr);
  return decoded;
}

}  // namespace onnxifi::cpu::image
