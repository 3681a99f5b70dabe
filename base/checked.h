#ifndef ONNXIFI_BASE_CHECKED_H_
#define ONNXIFI_BASE_CHECKED_H_

#include <concepts>
#include <limits>

namespace onnxifi {

// Arithmetic on sizes from outside. Each returns false on overflow and then
// leaves *out unspecified.
template <std::integral T>
[[nodiscard]] bool CheckedAdd(T a, T b, T* out) {
  return !__builtin_add_overflow(a, b, out);
}

template <std::integral T>
[[nodiscard]] bool CheckedSub(T a, T b, T* out) {
  return !__builtin_sub_overflow(a, b, out);
}

template <std::integral T>
[[nodiscard]] bool CheckedMul(T a, T b, T* out) {
  return !__builtin_mul_overflow(a, b, out);
}

// a / b rounded up, for non-negative a and positive b.
template <std::integral T>
constexpr T CeilDiv(T a, T b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

// a rounded up to a multiple of b; the caller knows that it fits.
template <std::integral T>
constexpr T RoundUp(T a, T b) {
  return CeilDiv(a, b) * b;
}

}  // namespace onnxifi

#endif  // ONNXIFI_BASE_CHECKED_H_
