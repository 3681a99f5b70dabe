#ifndef ONNXIFI_BASE_STR_CAT_H_
#define ONNXIFI_BASE_STR_CAT_H_

#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace onnxifi {

namespace str_cat_internal {

inline void Append(std::string& out, std::string_view text) { out += text; }
inline void Append(std::string& out, const char* text) { out += text; }
inline void Append(std::string& out, char c) { out += c; }
inline void Append(std::string& out, bool b) { out += b ? "true" : "false"; }
template <std::integral T>
void Append(std::string& out, T number) {
  out += std::to_string(number);
}
template <std::floating_point T>
void Append(std::string& out, T number) {
  out += std::to_string(number);
}

}  // namespace str_cat_internal

// Joins strings and numbers into one string, for messages.
template <typename... Args>
std::string StrCat(const Args&... args) {
  std::string out;
  (str_cat_internal::Append(out, args), ...);
  return out;
}

// "1x3x224x224"; "scalar" for rank 0; "?" for a negative (unknown) dimension.
template <typename Dims>
std::string ShapeText(const Dims& dims) {
  std::string out;
  for (const auto dim : dims) {
    if (!out.empty()) out += 'x';
    out += dim < 0 ? std::string("?") : std::to_string(dim);
  }
  return out.empty() ? "scalar" : out;
}

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_STR_CAT_H_
