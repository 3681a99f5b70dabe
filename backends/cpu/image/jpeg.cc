#include <cstdio>
#include <new>
#include <vector>
// jpeglib.h needs FILE and size_t.
#include <jpeglib.h>
// and jerror.h needs jpeglib.h.
#include <jerror.h>
#include <setjmp.h>

#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

namespace {

struct ErrorHandler {
  jpeg_error_mgr base;
  jmp_buf jump;
  bool damaged;
};

void Leave(j_common_ptr jpeg) {
  longjmp(reinterpret_cast<ErrorHandler*>(jpeg->err)->jump, 1);
}
void Ignore(j_common_ptr) {}

// Data that ends early is no picture; other warnings are about form.
void Note(j_common_ptr jpeg, int level) {
  const int code = jpeg->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) {
    reinterpret_cast<ErrorHandler*>(jpeg->err)->damaged = true;
  }
}

// Ink to light. Adobe's files hold light already.
void CmykToRgb(const uint8_t* cmyk, uint32_t width, bool inverted,
               uint8_t* rgb) {
  for (uint32_t x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const auto light = [&](int i) -> uint32_t {
      return inverted ? cmyk[i] : 255u - cmyk[i];
    };
    for (int i = 0; i < 3; ++i) {
      rgb[i] = static_cast<uint8_t>((light(i) * light(3) + 127) / 255);
    }
  }
}

// libjpeg leaves by longjmp: nothing here has a destructor.
bool Decode(jpeg_decompress_struct* jpeg, ErrorHandler* errors, Bytes data,
            Canvas* canvas, std::vector<uint8_t>* line,
            std::vector<uint8_t>* rgb) {
  if (setjmp(errors->jump) != 0) return false;
  jpeg_create_decompress(jpeg);
  jpeg_mem_src(jpeg, data.data(), data.size());
  jpeg_read_header(jpeg, TRUE);
  const bool gray = jpeg->jpeg_color_space == JCS_GRAYSCALE;
  const bool ink = jpeg->num_components == 4;
  jpeg->out_color_space = gray ? JCS_GRAYSCALE : ink ? JCS_CMYK : JCS_RGB;
  if (!canvas->Begin(jpeg->image_width, jpeg->image_height)) return false;
  jpeg_start_decompress(jpeg);
  line->resize(size_t{jpeg->output_width} *
               static_cast<size_t>(jpeg->output_components));
  if (ink) rgb->resize(size_t{jpeg->output_width} * 3);
  while (jpeg->output_scanline < jpeg->output_height) {
    const uint32_t y = jpeg->output_scanline;
    JSAMPROW rows[1] = {line->data()};
    if (jpeg_read_scanlines(jpeg, rows, 1) != 1) return false;
    if (gray) {
      canvas->PutGray(y, line->data());
    } else if (ink) {
      CmykToRgb(line->data(), jpeg->output_width,
                jpeg->saw_Adobe_marker != FALSE, rgb->data());
      canvas->PutRgb(y, rgb->data());
    } else {
      canvas->PutRgb(y, line->data());
    }
  }
  // What follows the last row makes no difference to the picture.
  return true;
}

}  // namespace

bool IsJpeg(Bytes data) { return StartsWith(data, "\xff\xd8\xff", 3); }

bool DecodeJpeg(Bytes data, Canvas* canvas) {
  std::vector<uint8_t> line;
  std::vector<uint8_t> rgb;
  jpeg_decompress_struct jpeg = {};
  ErrorHandler errors = {};
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = &Leave;
  errors.base.output_message = &Ignore;
  errors.base.emit_message = &Note;
  bool decoded = false;
  try {
    decoded =
        Decode(&jpeg, &errors, data, canvas, &line, &rgb) && !errors.damaged;
  } catch (const std::bad_alloc&) {
    decoded = false;
  }
  jpeg_destroy_decompress(&jpeg);
  return decoded;
}

}  // namespace onnxifi::cpu::image
