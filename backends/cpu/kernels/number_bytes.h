#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_NUMBER_BYTES_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_NUMBER_BYTES_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "backends/cpu/kernels/half.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {

// Single numbers of any element type. Pure functions, thread-safe.

// The type in which T is computed: float for the 16-bit formats.
template <typename T>
struct ComputeOf {
  using Type = T;
};
template <>
struct ComputeOf<Float16> {
  using Type = float;
};
template <>
struct ComputeOf<Bfloat16> {
  using Type = float;
};
template <typename T>
using Compute = typename ComputeOf<T>::Type;

template <typename T>
inline Compute<T> Widen(T value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>) {
    return ToFloat(value);
  } else {
    return value;
  }
}

template <typename T>
inline T Narrow(Compute<T> value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, Bfloat16>) {
    return FromFloat<T>(value);
  } else {
    return value;
  }
}

// Element i of an array at any alignment.
template <typename T>
inline T LoadAt(const void* data, int64_t i) {
  T value;
  std::memcpy(
      &value,
      static_cast<const char*>(data) + i * static_cast<int64_t>(sizeof(T)),
      sizeof(T));
  return value;
}
template <typename T>
inline void StoreAt(void* data, int64_t i, T value) {
  std::memcpy(static_cast<char*>(data) + i * static_cast<int64_t>(sizeof(T)),
              &value, sizeof(T));
}

// A float of any size as int64, clamped to what int64 holds; NaN is 0.
int64_t SaturatedInt(double value);

// One element in its own representation.
using NumberBytes = std::array<unsigned char, 16>;
// `value` as an element of `type` (numeric or bool); false for other types.
bool MakeNumber(DataType type, double value, NumberBytes* out);

// Element i of a numeric or bool tensor; 0 for other types.
double LoadNumber(const void* data, DataType type, int64_t i);
// The same as an integer, fractions dropped; exact for all integer types but
// uint64 above int64, which is clamped.
int64_t LoadInteger(const void* data, DataType type, int64_t i);
// Writes element i of a numeric or bool tensor.
void StoreNumber(void* data, DataType type, int64_t i, double value);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_NUMBER_BYTES_H_
