#include <openjpeg.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

namespace {

constexpr char kContainer[] = "\0\0\0\x0cjP  \r\n\x87\n";
constexpr char kCodestream[] = "\xff\x4f\xff\x51";

// A file in memory, as OpenJPEG sees it.
struct Source {
  Bytes data;
  uint64_t at = 0;
};

OPJ_SIZE_T Read(void* out, OPJ_SIZE_T size, void* user) {
  auto* s = static_cast<Source*>(user);
  if (s->at >= s->data.size()) return static_cast<OPJ_SIZE_T>(-1);
  const uint64_t count = std::min<uint64_t>(size, s->data.size() - s->at);
  std::memcpy(out, s->data.data() + s->at, count);
  s->at += count;
  return count;
}
OPJ_OFF_T Skip(OPJ_OFF_T count, void* user) {
  auto* s = static_cast<Source*>(user);
  if (count < 0) return -1;
  const uint64_t left = s->at < s->data.size() ? s->data.size() - s->at : 0;
  const uint64_t step = std::min<uint64_t>(static_cast<uint64_t>(count), left);
  s->at += step;
  return step == 0 && count > 0 ? -1 : static_cast<OPJ_OFF_T>(step);
}
OPJ_BOOL Seek(OPJ_OFF_T to, void* user) {
  auto* s = static_cast<Source*>(user);
  if (to < 0 || static_cast<uint64_t>(to) > s->data.size()) return OPJ_FALSE;
  s->at = static_cast<uint64_t>(to);
  return OPJ_TRUE;
}

struct FreeCodec {
  void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
};
struct FreeStream {
  void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
};
struct FreeImage {
  void operator()(opj_image_t* image) const { opj_image_destroy(image); }
};
using Image = std::unique_ptr<opj_image_t, FreeImage>;

Image DecodeImage(Bytes data) {
  Source source{data, 0};
  const std::unique_ptr<opj_codec_t, FreeCodec> codec(opj_create_decompress(
      StartsWith(data, kCodestream, 4) ? OPJ_CODEC_J2K : OPJ_CODEC_JP2));
  const std::unique_ptr<opj_stream_t, FreeStream> stream(
      opj_stream_default_create(OPJ_TRUE));
  if (codec == nullptr || stream == nullptr) return nullptr;
  opj_stream_set_read_function(stream.get(), &Read);
  opj_stream_set_skip_function(stream.get(), &Skip);
  opj_stream_set_seek_function(stream.get(), &Seek);
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), data.size());
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  opj_image_t* raw = nullptr;
  if (!opj_setup_decoder(codec.get(), &parameters) ||
      !opj_read_header(stream.get(), codec.get(), &raw)) {
    opj_image_destroy(raw);
    return nullptr;
  }
  Image image(raw);
  const uint64_t width = image->x1 > image->x0 ? image->x1 - image->x0 : 0;
  const uint64_t height = image->y1 > image->y0 ? image->y1 - image->y0 : 0;
  if (width > kMaxPixels || height > kMaxPixels ||
      width * height > kMaxPixels ||
      !opj_decode(codec.get(), stream.get(), image.get()) ||
      !opj_end_decompress(codec.get(), stream.get())) {
    return nullptr;
  }
  return image;
}

// One component at a pixel of the whole picture, as 8 bits.
uint8_t Sample(const opj_image_comp_t& c, uint64_t x, uint64_t y) {
  const uint64_t column = std::min<uint64_t>(x / c.dx, c.w - 1);
  const uint64_t row = std::min<uint64_t>(y / c.dy, c.h - 1);
  int64_t value = c.data[row * c.w + column];
  const int64_t most = (int64_t{1} << c.prec) - 1;
  if (c.sgnd != 0) value += int64_t{1} << (c.prec - 1);
  value = std::clamp<int64_t>(value, 0, most);
  return static_cast<uint8_t>((value * 255 + most / 2) / most);
}

uint8_t ToByte(double value) {
  return static_cast<uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
}

void YccToRgb(uint8_t* p) {
  const double y = p[0];
  const double cb = p[1] - 128.0;
  const double cr = p[2] - 128.0;
  p[0] = ToByte(y + 1.402 * cr);
  p[1] = ToByte(y - 0.344136 * cb - 0.714136 * cr);
  p[2] = ToByte(y + 1.772 * cb);
}

bool IsUsable(const opj_image_comp_t& c) {
  return c.data != nullptr && c.w > 0 && c.h > 0 && c.dx > 0 && c.dy > 0 &&
         c.prec >= 1 && c.prec <= 31;
}

}  // namespace

bool IsJpeg2000(Bytes data) {
  return StartsWith(data, kContainer, 12) || StartsWith(data, kCodestream, 4);
}

bool DecodeJpeg2000(Bytes data, Canvas* canvas) {
  const Image image = DecodeImage(data);
  if (image == nullptr || image->numcomps == 0) return false;
  const size_t channels = image->numcomps >= 3 ? 3 : 1;
  for (size_t c = 0; c < channels; ++c) {
    if (!IsUsable(image->comps[c])) return false;
  }
  if (!canvas->Begin(image->x1 - image->x0, image->y1 - image->y0)) {
    return false;
  }
  const bool ycc = channels == 3 && (image->color_space == OPJ_CLRSPC_SYCC ||
                                     image->color_space == OPJ_CLRSPC_EYCC);
  std::vector<uint8_t> row(size_t{canvas->width()} * channels);
  for (uint32_t y = 0; y < canvas->height(); ++y) {
    for (uint32_t x = 0; x < canvas->width(); ++x) {
      uint8_t* pixel = row.data() + size_t{x} * channels;
      for (size_t c = 0; c < channels; ++c) {
        pixel[c] = Sample(image->comps[c], x, y);
      }
      if (ycc) YccToRgb(pixel);
    }
    if (channels == 3) {
      canvas->PutRgb(y, row.data());
    } else {
      canvas->PutGray(y, row.data());
    }
  }
  return true;
}

}  // namespace onnxifi::cpu::image
