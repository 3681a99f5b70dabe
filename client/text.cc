#include "client/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace onnxifi::client {
namespace {

// Length of the valid UTF-8 sequence that starts `text`, or 0. Overlong forms,
// surrogates and values above U+10FFFF are invalid; so are C1 controls, which
// some terminals obey.
size_t ValidSequence(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  uint32_t code = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::array<uint32_t, 5> kLeast = {0, 0, 0xA0, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10FFFF) return 0;
  if (code >= 0xD800 && code <= 0xDFFF) return 0;
  // Bidirectional overrides and line separators can disguise text.
  if (code >= 0x2028 && code <= 0x202E) return 0;
  if (code >= 0x2066 && code <= 0x2069) return 0;
  return length;
}

std::string ToText(double number, std::chars_format format, int precision) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  std::array<char, 512> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                 number, format, precision);
  return std::string(buffer.data(), end.ptr);
}

}  // namespace

std::string EscapeText(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto byte = static_cast<uint8_t>(text[0]);
    const size_t length = ValidSequence(text);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

std::string NumberText(double number, int digits) {
  return ToText(number, std::chars_format::general, digits);
}

std::string FixedText(double number, int decimals) {
  return ToText(number, std::chars_format::fixed, decimals);
}

std::string MillisecondsText(double milliseconds) {
  const int decimals = milliseconds < 10 ? 3 : milliseconds < 100 ? 2 : 1;
  return FixedText(milliseconds, decimals);
}

}  // namespace onnxifi::client
