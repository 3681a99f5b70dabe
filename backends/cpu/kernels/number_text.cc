#include "backends/cpu/kernels/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "backends/cpu/kernels/convert.h"
#include "backends/cpu/kernels/number_bytes.h"

namespace onnxifi::cpu {

using graph::DataType;

namespace {

// Plain notation holds for exponents in [kLeastPlain, kFirstLarge).
constexpr int kLeastPlain = -4;
constexpr int kFirstLarge = 16;

// "-d.ddde+xx" as plain notation where that is usual, with ".0" behind whole
// numbers.
std::string Arrange(std::string_view scientific) {
  const size_t e = scientific.find('e');
  std::string digits;
  std::string out;
  for (const char c : scientific.substr(0, e)) {
    if (c == '-') {
      out += c;
    } else if (c != '.') {
      digits += c;
    }
  }
  int exponent = 0;
  std::string_view power = scientific.substr(e + 1);
  if (power[0] == '+') power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  if (exponent < kLeastPlain || exponent >= kFirstLarge) {
    return std::string(scientific);
  }
  if (exponent < 0) {
    return out + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') +
           digits;
  }
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    return out + digits + std::string(whole - digits.size(), '0') + ".0";
  }
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

// NaN and infinity; empty for other values.
std::string SpecialText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "INF" : "-INF";
  return {};
}

template <typename T>
std::string Shortest(T value) {
  if (std::string special = SpecialText(value); !special.empty()) {
    return special;
  }
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value,
                                 std::chars_format::scientific);
  return Arrange({text, static_cast<size_t>(end.ptr - text)});
}

// As few digits as round to `value` again in the 16-bit type T.
template <typename T>
std::string ShortestHalf(T element) {
  const float value = ToFloat(element);
  if (std::string special = SpecialText(value); !special.empty()) {
    return special;
  }
  char text[64];
  for (int digits = 0; digits < 9; ++digits) {
    const auto end = std::to_chars(text, text + sizeof(text), value,
                                   std::chars_format::scientific, digits);
    float back = 0;
    std::from_chars(text, end.ptr, back);
    if (FromFloat<T>(back).bits != element.bits) continue;
    return Arrange({text, static_cast<size_t>(end.ptr - text)});
  }
  return Shortest(value);
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The number's text without spaces and plus; empty when that is not valid.
std::string_view Unsigned(std::string_view text) {
  text = Trim(text);
  if (!text.starts_with('+')) return text;
  text.remove_prefix(1);
  return text.starts_with('-') ? std::string_view() : text;
}

// What a float text of impossible size stands for: infinity, or zero when the
// number is small. The text is known to be a number.
double OutOfRange(std::string_view text) {
  long double wide = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), wide);
  if (error == std::errc()) return static_cast<double>(wide);
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t e = text.find_first_of("eE");
  const size_t first = text.find_first_not_of('0');
  const bool small = e != std::string_view::npos
                         ? text.substr(e + 1).starts_with('-')
                         : text[first] == '.';
  const double size = small ? 0 : std::numeric_limits<double>::infinity();
  return negative ? -size : size;
}

template <typename T>
bool ParseReal(std::string_view text, T* value) {
  text = Unsigned(text);
  if (text.empty()) return false;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, *value);
  if (end != last || error == std::errc::invalid_argument) return false;
  if (error == std::errc::result_out_of_range) {
    *value = static_cast<T>(OutOfRange(text));
  }
  return true;
}

template <typename T>
bool ParseWhole(std::string_view text, T* value) {
  text = Unsigned(text);
  if (text.empty()) return false;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, *value);
  if (end == last && error == std::errc()) return true;
  double real = 0;
  if (!ParseReal(text, &real)) return false;
  // Both bounds are exact as double: powers of two, or -1.
  const double least = static_cast<double>(std::numeric_limits<T>::min());
  const double end_of_range = std::ldexp(1.0, std::numeric_limits<T>::digits);
  const bool fits = least < 0 ? real >= least : real > -1;
  if (!fits || !(real < end_of_range)) return false;
  *value = static_cast<T>(real);
  return true;
}

}  // namespace

std::string TextOf(double value) { return Shortest(value); }
std::string TextOf(float value) { return Shortest(value); }

std::vector<std::string> TensorText(DataType type, const void* data,
                                    int64_t count) {
  std::vector<std::string> texts;
  texts.reserve(static_cast<size_t>(count));
  const auto each = [&](const auto& text_of) {
    for (int64_t i = 0; i < count; ++i) texts.push_back(text_of(i));
  };
  if (type == DataType::kFloat16) {
    each([&](int64_t i) { return ShortestHalf(LoadAt<Float16>(data, i)); });
  } else if (type == DataType::kBfloat16) {
    each([&](int64_t i) { return ShortestHalf(LoadAt<Bfloat16>(data, i)); });
  } else if (type == DataType::kFloat) {
    each([&](int64_t i) { return Shortest(LoadAt<float>(data, i)); });
  } else if (type == DataType::kDouble) {
    each([&](int64_t i) { return Shortest(LoadAt<double>(data, i)); });
  } else if (type == DataType::kUint64) {
    each([&](int64_t i) { return std::to_string(LoadAt<uint64_t>(data, i)); });
  } else if (HasType<IntTypes>(type) || type == DataType::kBool) {
    each([&](int64_t i) { return std::to_string(LoadInteger(data, type, i)); });
  } else {
    // The small formats: 8 bits and less.
    std::vector<float> values(static_cast<size_t>(count));
    Convert(type, data, DataType::kFloat, values.data(), 0, count, {});
    const bool whole = type == DataType::kInt4 || type == DataType::kUint4 ||
                       type == DataType::kInt2 || type == DataType::kUint2;
    each([&](int64_t i) {
      const float value = values[static_cast<size_t>(i)];
      return whole ? std::to_string(static_cast<int>(value)) : Shortest(value);
    });
  }
  return texts;
}

bool ParseDouble(std::string_view text, double* value) {
  return ParseReal(text, value);
}
bool ParseFloat(std::string_view text, float* value) {
  return ParseReal(text, value);
}
bool ParseInt64(std::string_view text, int64_t* value) {
  return ParseWhole(text, value);
}
bool ParseUint64(std::string_view text, uint64_t* value) {
  return ParseWhole(text, value);
}

}  // namespace onnxifi::cpu
