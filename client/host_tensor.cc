#include "client/host_tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>

#include "base/str_cat.h"

namespace onnxifi::client {
namespace {

using graph::DataType;

constexpr size_t kAlignment = 64;

// Layout of a floating type of at most 16 bits.
struct SmallFloat {
  int exponent_bits;
  int mantissa_bits;
  int bias;
  enum class Special { kIeee, kNanOnly, kUnsignedZeroNan, kNone } special;
};

bool SmallFloatOf(DataType type, SmallFloat* format) {
  using S = SmallFloat::Special;
  switch (type) {
    case DataType::kFloat16:
      *format = {5, 10, 15, S::kIeee};
      return true;
    case DataType::kBfloat16:
      *format = {8, 7, 127, S::kIeee};
      return true;
    case DataType::kFloat8E4M3FN:
      *format = {4, 3, 7, S::kNanOnly};
      return true;
    case DataType::kFloat8E4M3FNUZ:
      *format = {4, 3, 8, S::kUnsignedZeroNan};
      return true;
    case DataType::kFloat8E5M2:
      *format = {5, 2, 15, S::kIeee};
      return true;
    case DataType::kFloat8E5M2FNUZ:
      *format = {5, 2, 16, S::kUnsignedZeroNan};
      return true;
    case DataType::kFloat4E2M1:
      *format = {2, 1, 1, S::kNone};
      return true;
    default:
      return false;
  }
}

double DecodeSmallFloat(uint32_t bits, const SmallFloat& f) {
  using S = SmallFloat::Special;
  const int sign_at = f.exponent_bits + f.mantissa_bits;
  const uint32_t top = (1u << f.exponent_bits) - 1;
  const uint32_t mantissa_top = (1u << f.mantissa_bits) - 1;
  const uint32_t exponent = (bits >> f.mantissa_bits) & top;
  const uint32_t mantissa = bits & mantissa_top;
  const bool negative = ((bits >> sign_at) & 1) != 0;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (f.special == S::kUnsignedZeroNan && bits == 1u << sign_at) return nan;
  if (f.special == S::kNanOnly && exponent == top && mantissa == mantissa_top) {
    return nan;
  }
  double value = 0;
  if (f.special == S::kIeee && exponent == top) {
    value = mantissa != 0 ? nan : std::numeric_limits<double>::infinity();
  } else if (exponent == 0) {
    value = std::ldexp(mantissa, 1 - f.bias - f.mantissa_bits);
  } else {
    value = std::ldexp(mantissa + mantissa_top + 1.0,
                       static_cast<int>(exponent) - f.bias - f.mantissa_bits);
  }
  return negative ? -value : value;
}

// Rounds to nearest even by halving the range of candidate bit patterns:
// positive finite patterns are ordered like their values.
uint32_t EncodeSmallFloat(double value, const SmallFloat& f) {
  using S = SmallFloat::Special;
  const int sign_at = f.exponent_bits + f.mantissa_bits;
  const bool negative = std::signbit(value);
  const double magnitude = std::fabs(value);
  uint32_t low = 0;
  uint32_t high = (1u << sign_at) - 1;
  const uint32_t infinity = ((1u << f.exponent_bits) - 1) << f.mantissa_bits;
  if (f.special == S::kIeee) high = infinity - 1;
  if (f.special == S::kNanOnly) high -= 1;
  if (std::isnan(value)) {
    if (f.special == S::kUnsignedZeroNan) return 1u << sign_at;
    return f.special == S::kIeee ? infinity | (1u << (f.mantissa_bits - 1))
                                 : (1u << sign_at) - 1;
  }
  if (std::isinf(value) && f.special == S::kIeee) {
    low = infinity;
  } else {
    while (high - low > 1) {
      const uint32_t middle = low + (high - low) / 2;
      (DecodeSmallFloat(middle, f) <= magnitude ? low : high) = middle;
    }
    const double below = magnitude - DecodeSmallFloat(low, f);
    const double above = DecodeSmallFloat(high, f) - magnitude;
    if (above < below || (above == below && (high & 1) == 0)) low = high;
  }
  if (low == 0 && f.special == S::kUnsignedZeroNan) return 0;
  return negative ? low | (1u << sign_at) : low;
}

template <typename T>
T Load(const HostTensor& tensor, int64_t index) {
  T value;
  std::memcpy(&value,
              tensor.bytes().data() + static_cast<size_t>(index) * sizeof(T),
              sizeof(T));
  return value;
}

template <typename T>
void Store(HostTensor& tensor, int64_t index, T value) {
  std::memcpy(tensor.bytes().data() + static_cast<size_t>(index) * sizeof(T),
              &value, sizeof(T));
}

template <typename T>
T Saturate(double value) {
  if (std::isnan(value)) return 0;
  const double rounded = std::nearbyint(value);
  // 2^63 and 2^64 themselves are out of range but equal the rounded limit.
  if (rounded >= static_cast<double>(std::numeric_limits<T>::max())) {
    return std::numeric_limits<T>::max();
  }
  if (rounded <= static_cast<double>(std::numeric_limits<T>::min())) {
    return std::numeric_limits<T>::min();
  }
  return static_cast<T>(rounded);
}

// The unsigned bits of an element of at most 8 bits, packed low bits first.
uint32_t LoadPacked(const HostTensor& tensor, int64_t index, int bits) {
  const size_t at = static_cast<size_t>(index) * static_cast<size_t>(bits);
  const auto byte = static_cast<uint32_t>(tensor.bytes()[at / 8]);
  return (byte >> (at % 8)) & ((1u << bits) - 1);
}

void StorePacked(HostTensor& tensor, int64_t index, int bits, uint32_t value) {
  const size_t at = static_cast<size_t>(index) * static_cast<size_t>(bits);
  const uint32_t mask = ((1u << bits) - 1) << (at % 8);
  std::byte& byte = tensor.bytes()[at / 8];
  const uint32_t old = static_cast<uint32_t>(byte) & ~mask;
  byte = static_cast<std::byte>(old | ((value << (at % 8)) & mask));
}

bool IsSignedPacked(DataType type) {
  return type == DataType::kInt4 || type == DataType::kInt2;
}

}  // namespace

Result<HostTensor> HostTensor::Make(std::string name, DataType type,
                                    graph::Shape dims, uint8_t fill) {
  HostTensor tensor;
  ONNXIFI_ASSIGN_OR_RETURN(tensor.elements_, graph::ElementCount(dims));
  if (type == DataType::kString) {
    try {
      tensor.strings_.resize(static_cast<size_t>(tensor.elements_));
    } catch (const std::exception&) {
      return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                    StrCat("tensor '", name, "': no memory for ",
                           tensor.elements_, " strings"));
    }
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(tensor.size_, graph::ByteSize(type, dims));
  }
  const size_t room =
      (tensor.size_ + kAlignment) / kAlignment * kAlignment;  // at least one
  tensor.data_.reset(
      static_cast<std::byte*>(std::aligned_alloc(kAlignment, room)));
  if (tensor.data_ == nullptr) {
    return Status(
        ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
        StrCat("tensor '", name, "': no memory for ", tensor.size_, " bytes"));
  }
  std::memset(tensor.data_.get(), fill, room);
  tensor.name_ = std::move(name);
  tensor.type_ = type;
  tensor.dims_ = std::move(dims);
  return tensor;
}

bool IsComplex(DataType type) {
  return type == DataType::kComplex64 || type == DataType::kComplex128;
}

bool IsInteger(DataType type) {
  switch (type) {
    case DataType::kUint8:
    case DataType::kInt8:
    case DataType::kUint16:
    case DataType::kInt16:
    case DataType::kInt32:
    case DataType::kInt64:
    case DataType::kUint32:
    case DataType::kUint64:
    case DataType::kBool:
    case DataType::kUint4:
    case DataType::kInt4:
    case DataType::kUint2:
    case DataType::kInt2:
      return true;
    default:
      return false;
  }
}

bool IsFloat(DataType type) {
  SmallFloat format{};
  return type == DataType::kFloat || type == DataType::kDouble ||
         type == DataType::kFloat8E8M0 || SmallFloatOf(type, &format);
}

uint64_t ElementAsBits(const HostTensor& tensor, int64_t index) {
  switch (tensor.type()) {
    case DataType::kInt8:
      return static_cast<uint64_t>(Load<int8_t>(tensor, index));
    case DataType::kInt16:
      return static_cast<uint64_t>(Load<int16_t>(tensor, index));
    case DataType::kInt32:
      return static_cast<uint64_t>(Load<int32_t>(tensor, index));
    case DataType::kUint16:
      return Load<uint16_t>(tensor, index);
    case DataType::kUint32:
      return Load<uint32_t>(tensor, index);
    case DataType::kInt64:
    case DataType::kUint64:
      return Load<uint64_t>(tensor, index);
    case DataType::kUint4:
    case DataType::kInt4:
    case DataType::kUint2:
    case DataType::kInt2: {
      const int bits = graph::ElementBits(tensor.type());
      const uint64_t value = LoadPacked(tensor, index, bits);
      const bool negative =
          IsSignedPacked(tensor.type()) && (value >> (bits - 1)) != 0;
      return negative ? value | (~uint64_t{0} << bits) : value;
    }
    default:
      return Load<uint8_t>(tensor, index);
  }
}

double ElementAsDouble(const HostTensor& tensor, int64_t index) {
  switch (tensor.type()) {
    case DataType::kFloat:
    case DataType::kComplex64:
      return Load<float>(tensor, index);
    case DataType::kDouble:
    case DataType::kComplex128:
      return Load<double>(tensor, index);
    case DataType::kFloat8E8M0: {
      const auto bits = Load<uint8_t>(tensor, index);
      return bits == 0xFF ? std::numeric_limits<double>::quiet_NaN()
                          : std::ldexp(1.0, bits - 127);
    }
    case DataType::kUint64:
      return static_cast<double>(ElementAsBits(tensor, index));
    default:
      break;
  }
  SmallFloat format{};
  if (!SmallFloatOf(tensor.type(), &format)) {
    return static_cast<double>(
        static_cast<int64_t>(ElementAsBits(tensor, index)));
  }
  const int bits = graph::ElementBits(tensor.type());
  const uint32_t raw = bits == 16 ? Load<uint16_t>(tensor, index)
                                  : LoadPacked(tensor, index, bits);
  return DecodeSmallFloat(raw, format);
}

void SetElement(HostTensor& tensor, int64_t index, double value) {
  switch (tensor.type()) {
    case DataType::kFloat:
    case DataType::kComplex64:
      return Store(tensor, index, static_cast<float>(value));
    case DataType::kDouble:
    case DataType::kComplex128:
      return Store(tensor, index, value);
    case DataType::kInt8:
      return Store(tensor, index, Saturate<int8_t>(value));
    case DataType::kUint8:
      return Store(tensor, index, Saturate<uint8_t>(value));
    case DataType::kInt16:
      return Store(tensor, index, Saturate<int16_t>(value));
    case DataType::kUint16:
      return Store(tensor, index, Saturate<uint16_t>(value));
    case DataType::kInt32:
      return Store(tensor, index, Saturate<int32_t>(value));
    case DataType::kUint32:
      return Store(tensor, index, Saturate<uint32_t>(value));
    case DataType::kInt64:
      return Store(tensor, index, Saturate<int64_t>(value));
    case DataType::kUint64:
      return Store(tensor, index, Saturate<uint64_t>(value));
    case DataType::kBool:
      return Store(tensor, index, static_cast<uint8_t>(value != 0 ? 1 : 0));
    case DataType::kFloat8E8M0:
      return Store(tensor, index,
                   std::isnan(value)
                       ? uint8_t{0xFF}
                       : static_cast<uint8_t>(std::clamp(
                             std::nearbyint(std::log2(std::fabs(value))) + 127,
                             0.0, 254.0)));
    default:
      break;
  }
  const int bits = graph::ElementBits(tensor.type());
  SmallFloat format{};
  if (SmallFloatOf(tensor.type(), &format)) {
    const uint32_t raw = EncodeSmallFloat(value, format);
    if (bits == 16) return Store(tensor, index, static_cast<uint16_t>(raw));
    return StorePacked(tensor, index, bits, raw);
  }
  const double top =
      IsSignedPacked(tensor.type()) ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
  const double bottom = IsSignedPacked(tensor.type()) ? -top - 1 : 0;
  StorePacked(tensor, index, bits,
              static_cast<uint32_t>(static_cast<int32_t>(
                  std::clamp(std::nearbyint(value), bottom, top))));
}

TensorStats ComputeStats(const HostTensor& tensor) {
  TensorStats stats;
  const int64_t parts = tensor.elements() * (IsComplex(tensor.type()) ? 2 : 1);
  int64_t numbers = 0;
  double sum = 0;
  for (int64_t i = 0; i < parts; ++i) {
    const double value = ElementAsDouble(tensor, i);
    if (std::isnan(value)) {
      ++stats.nans;
      continue;
    }
    stats.min = numbers == 0 ? value : std::min(stats.min, value);
    stats.max = numbers == 0 ? value : std::max(stats.max, value);
    sum += value;
    ++numbers;
  }
  stats.mean = numbers == 0 ? 0 : sum / static_cast<double>(numbers);
  return stats;
}

}  // namespace onnxifi::client
