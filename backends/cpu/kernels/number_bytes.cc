#include "backends/cpu/kernels/number_bytes.h"

#include <cmath>
#include <limits>

namespace onnxifi::cpu {

namespace {

using AllNumbers = ConcatTypes<NumericTypes, TypeList<bool>>::Type;

template <typename T>
T FromDouble(double value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(SaturatedInt(value));
  } else {
    return Narrow<T>(static_cast<Compute<T>>(value));
  }
}

}  // namespace

int64_t SaturatedInt(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 9223372036854775808.0) {
    return std::numeric_limits<int64_t>::max();
  }
  if (value <= -9223372036854775808.0) {
    return std::numeric_limits<int64_t>::min();
  }
  return static_cast<int64_t>(value);
}

bool MakeNumber(DataType type, double value, NumberBytes* out) {
  return DispatchType<AllNumbers>(type, [&]<typename T>() {
    const T element = FromDouble<T>(value);
    std::memcpy(out->data(), &element, sizeof(T));
  });
}

double LoadNumber(const void* data, DataType type, int64_t i) {
  double number = 0;
  DispatchType<NumericTypes>(type, [&]<typename T>() {
    number = static_cast<double>(Widen(LoadAt<T>(data, i)));
  });
  if (type == DataType::kBool) number = LoadAt<uint8_t>(data, i) != 0;
  return number;
}

int64_t LoadInteger(const void* data, DataType type, int64_t i) {
  int64_t number = 0;
  DispatchType<NumericTypes>(type, [&]<typename T>() {
    const T value = LoadAt<T>(data, i);
    if constexpr (std::is_same_v<T, uint64_t>) {
      constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
      number = static_cast<int64_t>(value < kMost ? value : kMost);
    } else if constexpr (std::is_integral_v<T>) {
      number = value;
    } else {
      number = SaturatedInt(static_cast<double>(Widen(value)));
    }
  });
  if (type == DataType::kBool) number = LoadAt<uint8_t>(data, i) != 0;
  return number;
}

void StoreNumber(void* data, DataType type, int64_t i, double value) {
  DispatchType<AllNumbers>(
      type, [&]<typename T>() { StoreAt<T>(data, i, FromDouble<T>(value)); });
}

}  // namespace onnxifi::cpu
