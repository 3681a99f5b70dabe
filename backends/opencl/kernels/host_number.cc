#include "backends/opencl/kernels/host_number.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace onnxifi::opencl {
namespace {

using graph::DataType;

struct Half {
  uint16_t bits;
};
struct Brain {
  uint16_t bits;
};

double FromHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  double value = 0;
  if (exponent == 31) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  } else {
    value = exponent == 0 ? std::ldexp(fraction, -24)
                          : std::ldexp(fraction + 1024, exponent - 25);
  }
  return bits >> 15 != 0 ? -value : value;
}

// To the nearest, ties to even.
uint16_t ToHalf(double value) {
  const unsigned sign = std::signbit(value) ? 0x8000 : 0;
  const double size = std::abs(value);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | 0x7E00);
  if (size == 0) return static_cast<uint16_t>(sign);  // has no exponent
  if (size >= 65520) return static_cast<uint16_t>(sign | 0x7C00);
  int exponent = 0;
  std::frexp(size, &exponent);
  exponent = std::max(exponent - 1, -14);
  // A leading one of the fraction adds the missing 1 to the exponent.
  const double fraction = std::nearbyint(std::ldexp(size, 10 - exponent));
  return static_cast<uint16_t>(sign |
                               (static_cast<unsigned>(exponent + 14) * 1024 +
                                static_cast<unsigned>(fraction)));
}

double FromBrain(uint16_t bits) {
  return static_cast<double>(
      std::bit_cast<float>(static_cast<uint32_t>(bits) << 16));
}

uint16_t ToBrain(double value) {
  const uint32_t bits = std::bit_cast<uint32_t>(static_cast<float>(value));
  if (std::isnan(value)) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

// Calls fn with a value of the C++ type that stores elements of the type.
template <typename Fn>
void Visit(DataType type, const Fn& fn) {
  switch (type) {
    case DataType::kFloat:
      return fn(float{});
    case DataType::kDouble:
      return fn(double{});
    case DataType::kFloat16:
      return fn(Half{});
    case DataType::kBfloat16:
      return fn(Brain{});
    case DataType::kInt8:
      return fn(int8_t{});
    case DataType::kInt16:
      return fn(int16_t{});
    case DataType::kInt32:
      return fn(int32_t{});
    case DataType::kInt64:
      return fn(int64_t{});
    case DataType::kBool:
    case DataType::kUint8:
      return fn(uint8_t{});
    case DataType::kUint16:
      return fn(uint16_t{});
    case DataType::kUint32:
      return fn(uint32_t{});
    case DataType::kUint64:
      return fn(uint64_t{});
    default:
      return;
  }
}

int64_t Clamped(double value) {
  constexpr double kEdge = 9223372036854775808.0;
  if (std::isnan(value)) return 0;
  if (value >= kEdge) return std::numeric_limits<int64_t>::max();
  if (value < -kEdge) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

}  // namespace

double HostNumber(const void* data, DataType type, int64_t i) {
  double number = 0;
  Visit(type, [&]<typename T>(T element) {
    std::memcpy(&element, static_cast<const T*>(data) + i, sizeof(T));
    if constexpr (std::is_same_v<T, Half>) {
      number = FromHalf(element.bits);
    } else if constexpr (std::is_same_v<T, Brain>) {
      number = FromBrain(element.bits);
    } else {
      number = static_cast<double>(element);
    }
  });
  return number;
}

int64_t HostInteger(const void* data, DataType type, int64_t i) {
  int64_t number = 0;
  Visit(type, [&]<typename T>(T element) {
    if constexpr (std::is_integral_v<T>) {
      std::memcpy(&element, static_cast<const T*>(data) + i, sizeof(T));
      constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
      if constexpr (std::is_same_v<T, uint64_t>) {
        number = static_cast<int64_t>(std::min(element, kMost));
      } else {
        number = element;
      }
    } else {
      number = Clamped(HostNumber(data, type, i));
    }
  });
  return number;
}

HostElement MakeHostElement(DataType type, double value) {
  HostElement bytes = {};
  Visit(type, [&]<typename T>(T element) {
    if constexpr (std::is_same_v<T, Half>) {
      element.bits = ToHalf(value);
    } else if constexpr (std::is_same_v<T, Brain>) {
      element.bits = ToBrain(value);
    } else if constexpr (std::is_integral_v<T>) {
      element = static_cast<T>(Clamped(value));
    } else {
      element = static_cast<T>(value);
    }
    std::memcpy(bytes.data(), &element, sizeof(T));
  });
  return bytes;
}

}  // namespace onnxifi::opencl
