// Portable bitmaps, graymaps and pixmaps (P1 to P6) and PAM (P7).
#include <algorithm>
#include <string_view>
#include <vector>

#include "backends/cpu/image/canvas.h"

namespace onnxifi::cpu::image {

namespace {

constexpr uint32_t kMaxSample = 65535;

struct Header {
  int kind = 0;  // the digit behind P
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t channels = 1;
  uint32_t max = 1;

  bool ascii() const { return kind <= 3; }
};

bool IsSpace(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class Reader {
 public:
  explicit Reader(Bytes data) : data_(data) {}

  bool ReadHeader(Header* header) {
    header->kind = data_[1] - '0';
    at_ = 2;
    if (header->kind == 7) return ReadPam(header);
    header->channels = header->kind == 3 || header->kind == 6 ? 3 : 1;
    if (!Number(&header->width) || !Number(&header->height)) return false;
    const bool bitmap = header->kind == 1 || header->kind == 4;
    if (!bitmap && !Number(&header->max)) return false;
    // One white space ends the header of a binary file.
    if (!header->ascii() && at_ < data_.size()) ++at_;
    return header->max >= 1 && header->max <= kMaxSample;
  }

  // The next number in text, comments skipped.
  bool Number(uint32_t* value) {
    SkipSpace();
    if (at_ >= data_.size() || data_[at_] < '0' || data_[at_] > '9') {
      return false;
    }
    uint64_t number = 0;
    for (; at_ < data_.size() && data_[at_] >= '0' && data_[at_] <= '9';
         ++at_) {
      number = number * 10 + (data_[at_] - '0');
      if (number > UINT32_MAX) return false;
    }
    *value = static_cast<uint32_t>(number);
    return true;
  }

  // A digit of a P1 file; they need no space between them.
  bool Bit(uint32_t* value) {
    SkipSpace();
    if (at_ >= data_.size() || (data_[at_] != '0' && data_[at_] != '1')) {
      return false;
    }
    *value = data_[at_++] - '0';
    return true;
  }

  // `size` bytes of binary data; empty when the file ends before.
  Bytes Take(size_t size) {
    if (size > data_.size() - at_) return {};
    const Bytes part = data_.subspan(at_, size);
    at_ += size;
    return part;
  }

 private:
  void SkipSpace() {
    while (at_ < data_.size()) {
      if (data_[at_] == '#') {
        while (at_ < data_.size() && data_[at_] != '\n') ++at_;
      } else if (IsSpace(data_[at_])) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view Word() {
    SkipSpace();
    const size_t begin = at_;
    while (at_ < data_.size() && !IsSpace(data_[at_])) ++at_;
    return {reinterpret_cast<const char*>(data_.data()) + begin, at_ - begin};
  }

  bool ReadPam(Header* header) {
    while (true) {
      const std::string_view word = Word();
      if (word.empty()) return false;
      if (word == "ENDHDR") break;
      if (word == "TUPLTYPE") {
        Word();
        continue;
      }
      uint32_t value = 0;
      if (!Number(&value)) return false;
      if (word == "WIDTH") header->width = value;
      if (word == "HEIGHT") header->height = value;
      if (word == "DEPTH") header->channels = value;
      if (word == "MAXVAL") header->max = value;
    }
    if (at_ < data_.size()) ++at_;
    return header->channels >= 1 && header->channels <= 4 && header->max >= 1 &&
           header->max <= kMaxSample;
  }

  const Bytes data_;
  size_t at_ = 0;
};

uint8_t Scale(uint32_t value, uint32_t max) {
  value = std::min(value, max);
  return static_cast<uint8_t>((value * 255 + max / 2) / max);
}

bool ReadAsciiRow(const Header& header, Reader* reader, uint8_t* row) {
  for (size_t i = 0; i < size_t{header.width} * header.channels; ++i) {
    uint32_t value = 0;
    if (header.kind == 1) {
      if (!reader->Bit(&value)) return false;
      row[i] = value == 0 ? 255 : 0;
    } else {
      if (!reader->Number(&value)) return false;
      row[i] = Scale(value, header.max);
    }
  }
  return true;
}

bool ReadBinaryRow(const Header& header, Reader* reader, uint8_t* row) {
  const size_t count = size_t{header.width} * header.channels;
  if (header.kind == 4) {
    const Bytes bits = reader->Take((count + 7) / 8);
    if (bits.empty()) return false;
    for (size_t i = 0; i < count; ++i) {
      row[i] = (bits[i / 8] >> (7 - i % 8) & 1) == 0 ? 255 : 0;
    }
    return true;
  }
  const size_t bytes = header.max > 255 ? 2 : 1;
  const Bytes samples = reader->Take(count * bytes);
  if (samples.empty()) return false;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t value =
        bytes == 1 ? samples[i] : samples[2 * i] * 256u + samples[2 * i + 1];
    row[i] = Scale(value, header.max);
  }
  return true;
}

}  // namespace

bool IsPnm(Bytes data) {
  return data.size() > 2 && data[0] == 'P' && data[1] >= '1' &&
         data[1] <= '7' && IsSpace(data[2]);
}

bool DecodePnm(Bytes data, Canvas* canvas) {
  Reader reader(data);
  Header header;
  if (!reader.ReadHeader(&header) ||
      !canvas->Begin(header.width, header.height)) {
    return false;
  }
  std::vector<uint8_t> row(size_t{header.width} * header.channels);
  for (uint32_t y = 0; y < header.height; ++y) {
    const bool read = header.ascii()
                          ? ReadAsciiRow(header, &reader, row.data())
                          : ReadBinaryRow(header, &reader, row.data());
    if (!read) return false;
    if (header.channels >= 3) {
      canvas->PutRgb(y, row.data(), header.channels);
    } else {
      canvas->PutGray(y, row.data(), header.channels);
    }
  }
  return true;
}

}  // namespace onnxifi::cpu::image
