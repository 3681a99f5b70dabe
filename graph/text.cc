#include "graph/text.h"

#include <cstddef>
#include <cstdint>

#include "base/str_cat.h"

namespace onnxifi::graph {
namespace {

constexpr size_t kMaxShown = 200;

// Length of the UTF-8 sequence at `text`, 0 when it is not a valid and
// printable one. U+0080..U+009F are control characters, too.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  uint32_t code = first & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0xa0, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kSmallest[length] || code > 0x10ffff || surrogate ? 0 : length;
}

}  // namespace

std::string Printable(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  while (!text.empty() && out.size() < kMaxShown) {
    const size_t length = SequenceLength(text);
    if (length == 0) {
      const auto byte = static_cast<uint8_t>(text.front());
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  if (!text.empty()) out += "...";
  return out;
}

std::string Quoted(std::string_view text) {
  return StrCat('\'', Printable(text), '\'');
}

}  // namespace onnxifi::graph
