// Windows bitmaps: every header since OS/2 1.0, 1 to 32 bits, run lengths.
#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

namespace {

constexpr uint32_t kFileHeader = 14;
constexpr uint32_t kCoreHeader = 12;

enum Compression : uint32_t {
  kRgb = 0,
  kRle8 = 1,
  kRle4 = 2,
  kBitFields = 3,
  kAlphaBitFields = 6,
};

struct Header {
  uint64_t width = 0;
  uint64_t height = 0;
  bool top_down = false;
  uint32_t bits = 0;
  uint32_t compression = kRgb;
  size_t pixels = 0;                   // offset in the file
  std::array<uint32_t, 3> masks = {};  // red, green, blue
  std::array<std::array<uint8_t, 3>, 256> palette = {};
};

uint32_t Get16(Bytes data, size_t at) {
  return data[at] | static_cast<uint32_t>(data[at + 1]) << 8;
}
uint32_t Get32(Bytes data, size_t at) {
  return Get16(data, at) | Get16(data, at + 2) << 16;
}

bool ReadMasks(Bytes data, size_t at, Header* h) {
  if (h->compression == kBitFields || h->compression == kAlphaBitFields) {
    if (h->bits != 16 && h->bits != 32) return false;
    if (at + 12 > data.size()) return false;
    for (size_t i = 0; i < 3; ++i) h->masks[i] = Get32(data, at + 4 * i);
    return true;
  }
  if (h->bits == 16) {
    h->masks = {0x7C00, 0x3E0, 0x1F};
  } else {
    h->masks = {0xFF0000, 0xFF00, 0xFF};
  }
  return true;
}

void ReadPalette(Bytes data, size_t at, size_t entry, size_t count, Header* h) {
  for (size_t i = 0; i < std::min<size_t>(count, 256); ++i, at += entry) {
    if (at + 3 > data.size()) return;
    h->palette[i] = {data[at + 2], data[at + 1], data[at]};
  }
}

bool ReadHeader(Bytes data, Header* h) {
  if (data.size() < kFileHeader + kCoreHeader) return false;
  h->pixels = Get32(data, 10);
  const size_t size = Get32(data, kFileHeader);
  if (size == kCoreHeader) {
    h->width = Get16(data, 18);
    h->height = Get16(data, 20);
    h->bits = Get16(data, 24);
    if (h->bits > 24 || h->bits == 16) return false;
    ReadPalette(data, kFileHeader + size, 3, size_t{1} << std::min(h->bits, 8u),
                h);
    return ReadMasks(data, 0, h);
  }
  if (size < 40 || size > data.size() - kFileHeader) return false;
  const auto height = static_cast<int32_t>(Get32(data, 22));
  h->width = Get32(data, 18);
  h->top_down = height < 0;
  h->height = static_cast<uint64_t>(height < 0 ? -static_cast<int64_t>(height)
                                               : height);
  h->bits = Get16(data, 28);
  h->compression = Get32(data, 30);
  uint32_t colors = Get32(data, 46);
  // Masks stand behind the old header, inside the newer ones; both begin there.
  const size_t masks = kFileHeader + 40;
  if (!ReadMasks(data, masks, h)) return false;
  size_t palette = kFileHeader + size;
  if (size == 40 && h->compression == kBitFields) palette += 12;
  if (size == 40 && h->compression == kAlphaBitFields) palette += 16;
  if (h->bits <= 8) {
    if (colors == 0) colors = 1u << h->bits;
    ReadPalette(data, palette, 4, colors, h);
  }
  return true;
}

bool IsKnown(const Header& h) {
  switch (h.compression) {
    case kRgb:
      return h.bits == 1 || h.bits == 2 || h.bits == 4 || h.bits == 8 ||
             h.bits == 16 || h.bits == 24 || h.bits == 32;
    case kRle8:
      return h.bits == 8 && !h.top_down;
    case kRle4:
      return h.bits == 4 && !h.top_down;
    default:
      return h.compression == kBitFields || h.compression == kAlphaBitFields;
  }
}

// The bits under a mask as 8 bits.
uint8_t Sample(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  const uint64_t most = mask >> shift;
  const uint64_t value = (pixel & mask) >> shift;
  return static_cast<uint8_t>((value * 255 + most / 2) / most);
}

// One row of RGB from one of the file.
void ReadRow(const Header& h, const uint8_t* in, uint8_t* out) {
  for (uint64_t x = 0; x < h.width; ++x, out += 3) {
    if (h.bits <= 8) {
      const uint64_t bit = x * h.bits;
      const uint32_t shift = 8 - h.bits - static_cast<uint32_t>(bit % 8);
      const uint32_t index = in[bit / 8] >> shift & ((1u << h.bits) - 1);
      std::copy(h.palette[index].begin(), h.palette[index].end(), out);
    } else if (h.bits == 24) {
      out[0] = in[3 * x + 2];
      out[1] = in[3 * x + 1];
      out[2] = in[3 * x];
    } else {
      uint32_t pixel = 0;
      for (uint32_t b = h.bits / 8; b-- > 0;) {
        pixel = pixel << 8 | in[x * (h.bits / 8) + b];
      }
      for (size_t i = 0; i < 3; ++i) out[i] = Sample(pixel, h.masks[i]);
    }
  }
}

bool DecodePlain(const Header& h, Bytes data, Canvas* canvas) {
  const uint64_t stride = (h.width * h.bits + 31) / 32 * 4;
  // The last row of some writers lacks its padding.
  const uint64_t needed = stride * (h.height - 1) + (h.width * h.bits + 7) / 8;
  if (h.pixels > data.size() || needed > data.size() - h.pixels) return false;
  std::vector<uint8_t> row(h.width * 3);
  for (uint64_t i = 0; i < h.height; ++i) {
    ReadRow(h, data.data() + h.pixels + i * stride, row.data());
    const uint64_t y = h.top_down ? i : h.height - 1 - i;
    canvas->PutRgb(static_cast<uint32_t>(y), row.data());
  }
  return true;
}

// Run lengths into one byte for each pixel, bottom row first; what a file
// skips keeps color 0. False when a run leaves the picture or the file.
class RunReader {
 public:
  RunReader(const Header& h, Bytes data)
      : h_(h), data_(data), at_(h.pixels), indexes_(h.width * h.height) {}

  bool Read() {
    while (at_ + 2 <= data_.size()) {
      const uint8_t count = data_[at_];
      const uint8_t value = data_[at_ + 1];
      at_ += 2;
      if (count > 0) {
        for (uint32_t i = 0; i < count; ++i) {
          if (!Put(Nibble(value, i))) return false;
        }
        continue;
      }
      if (value == 1) return true;  // end of the picture
      if (!(value == 0 ? NextRow() : value == 2 ? Skip() : Literal(value))) {
        return false;
      }
    }
    return false;
  }
  const uint8_t* row(uint64_t i) const {
    return indexes_.data() + i * h_.width;
  }

 private:
  uint8_t Nibble(uint8_t value, uint32_t i) const {
    if (h_.bits == 8) return value;
    return i % 2 == 0 ? value >> 4 : value & 15;
  }
  bool Put(uint8_t index) {
    if (x_ >= h_.width || y_ >= h_.height) return false;
    indexes_[y_ * h_.width + x_++] = index;
    return true;
  }
  bool NextRow() {
    x_ = 0;
    ++y_;
    return true;
  }
  bool Skip() {
    if (at_ + 2 > data_.size()) return false;
    x_ += data_[at_];
    y_ += data_[at_ + 1];
    at_ += 2;
    return true;
  }
  bool Literal(uint32_t count) {
    const size_t bytes = h_.bits == 8 ? count : (count + 1) / 2;
    if (bytes > data_.size() - at_) return false;
    for (uint32_t i = 0; i < count; ++i) {
      const size_t from = h_.bits == 8 ? i : i / 2;
      if (!Put(Nibble(data_[at_ + from], i))) return false;
    }
    at_ += bytes + bytes % 2;
    return true;
  }

  const Header& h_;
  const Bytes data_;
  size_t at_;
  uint64_t x_ = 0;
  uint64_t y_ = 0;
  std::vector<uint8_t> indexes_;
};

bool DecodeRuns(const Header& h, Bytes data, Canvas* canvas) {
  if (h.pixels > data.size()) return false;
  RunReader reader(h, data);
  if (!reader.Read()) return false;
  std::vector<uint8_t> row(h.width * 3);
  for (uint64_t i = 0; i < h.height; ++i) {
    for (uint64_t x = 0; x < h.width; ++x) {
      const auto& color = h.palette[reader.row(i)[x]];
      std::copy(color.begin(), color.end(), row.data() + 3 * x);
    }
    canvas->PutRgb(static_cast<uint32_t>(h.height - 1 - i), row.data());
  }
  return true;
}

}  // namespace

bool IsBmp(Bytes data) { return StartsWith(data, "BM", 2); }

bool DecodeBmp(Bytes data, Canvas* canvas) {
  Header h;
  if (!ReadHeader(data, &h) || !IsKnown(h) ||
      !canvas->Begin(h.width, h.height)) {
    return false;
  }
  return h.compression == kRle8 || h.compression == kRle4
             ? DecodeRuns(h, data, canvas)
             : DecodePlain(h, data, canvas);
}

}  // namespace onnxifi::cpu::image
