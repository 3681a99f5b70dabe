#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_HALF_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_HALF_H_

#include <bit>
#include <cstdint>

namespace onnxifi::cpu {

// Storage types of the small floating-point formats. They have no arithmetic:
// kernels widen to float, compute, and round once.
struct Float16 {
  uint16_t bits;
};
struct Bfloat16 {
  uint16_t bits;
};
struct Float8E4M3FN {
  uint8_t bits;
};
struct Float8E4M3FNUZ {
  uint8_t bits;
};
struct Float8E5M2 {
  uint8_t bits;
};
struct Float8E5M2FNUZ {
  uint8_t bits;
};
struct Float8E8M0 {
  uint8_t bits;
};
// One element in the low 4 bits; tensors pack two to a byte.
struct Float4E2M1 {
  uint8_t bits;
};

// How a float8e8m0 is rounded (Cast's round_mode).
enum class ScaleRounding : uint8_t { kUp, kDown, kNearest };

namespace half_internal {

// Magnitude bits of a finite |f| rounded to nearest even in a format of
// kMantissa bits and the given bias, as if its exponent had no upper limit.
template <int kMantissa, int kBias>
inline uint32_t RoundMagnitude(uint32_t abs_bits) {
  const int exponent = static_cast<int>(abs_bits >> 23) - 127 + kBias;
  const uint32_t mantissa = (abs_bits & 0x7FFFFFu) | 0x800000u;
  int shift = 23 - kMantissa;
  uint32_t base = 0;
  if (exponent >= 1) {
    // The implicit one of `mantissa` adds the missing 1 to the exponent.
    base = static_cast<uint32_t>(exponent - 1) << kMantissa;
  } else {
    shift += 1 - exponent;
    if (shift > 25) return 0;
  }
  const uint32_t rest = mantissa & ((1u << shift) - 1);
  const uint32_t half = 1u << (shift - 1);
  uint32_t value = base + (mantissa >> shift);
  if (rest > half || (rest == half && (value & 1) != 0)) ++value;
  return value;
}

// Value of magnitude bits without infinities and NaN.
template <int kMantissa, int kBias>
inline float ExpandMagnitude(uint32_t magnitude) {
  const uint32_t exponent = magnitude >> kMantissa;
  const uint32_t mantissa = magnitude & ((1u << kMantissa) - 1);
  if (exponent == 0) {
    // A power of two, exact in float for all formats used here.
    const float unit = std::bit_cast<float>(
        static_cast<uint32_t>(128 - kBias - kMantissa) << 23);
    return static_cast<float>(mantissa) * unit;
  }
  return std::bit_cast<float>(((exponent - kBias + 127) << 23) |
                              (mantissa << (23 - kMantissa)));
}

inline float WithSign(float magnitude, bool negative) {
  return negative ? -magnitude : magnitude;
}

// FromFloat of the four 8-bit formats. kMax: largest finite magnitude; kOver:
// what out-of-range and infinite values become without saturation.
template <int kMantissa, int kBias, uint32_t kMax, uint32_t kOver,
          bool kSigned0, uint8_t kNan>
inline uint8_t ToFloat8(float f, bool saturate) {
  const uint32_t bits = std::bit_cast<uint32_t>(f);
  const uint32_t abs_bits = bits & 0x7FFFFFFFu;
  const uint8_t sign = static_cast<uint8_t>((bits >> 24) & 0x80u);
  if (abs_bits > 0x7F800000u) {
    return kSigned0 ? static_cast<uint8_t>(sign | kNan) : kNan;
  }
  uint32_t magnitude = kMax + 1;
  if (abs_bits < 0x7F800000u) {
    magnitude = RoundMagnitude<kMantissa, kBias>(abs_bits);
  }
  if (magnitude > kMax) {
    if (!saturate && !kSigned0) return kNan;
    magnitude = saturate ? kMax : kOver;
  }
  if (magnitude == 0 && !kSigned0) return 0;
  return static_cast<uint8_t>(sign | magnitude);
}

}  // namespace half_internal

inline float ToFloat(float f) { return f; }

inline float ToFloat(Bfloat16 h) {
  return std::bit_cast<float>(static_cast<uint32_t>(h.bits) << 16);
}

inline float ToFloat(Float16 h) {
  const uint32_t magnitude = h.bits & 0x7FFFu;
  const uint32_t sign = static_cast<uint32_t>(h.bits & 0x8000u) << 16;
  uint32_t bits;
  if (magnitude >= 0x7C00u) {
    bits = 0x7F800000u | ((magnitude & 0x3FFu) << 13);
  } else {
    bits = std::bit_cast<uint32_t>(
        half_internal::ExpandMagnitude<10, 15>(magnitude));
  }
  return std::bit_cast<float>(bits | sign);
}

inline float ToFloat(Float8E4M3FN h) {
  const uint32_t magnitude = h.bits & 0x7Fu;
  if (magnitude == 0x7F) return std::bit_cast<float>(0x7FC00000u);
  return half_internal::WithSign(
      half_internal::ExpandMagnitude<3, 7>(magnitude), h.bits >> 7);
}

inline float ToFloat(Float8E4M3FNUZ h) {
  if (h.bits == 0x80) return std::bit_cast<float>(0x7FC00000u);
  return half_internal::WithSign(
      half_internal::ExpandMagnitude<3, 8>(h.bits & 0x7Fu), h.bits >> 7);
}

inline float ToFloat(Float8E5M2 h) {
  // The upper byte of a float16.
  return ToFloat(Float16{static_cast<uint16_t>(h.bits << 8)});
}

inline float ToFloat(Float8E5M2FNUZ h) {
  if (h.bits == 0x80) return std::bit_cast<float>(0x7FC00000u);
  return half_internal::WithSign(
      half_internal::ExpandMagnitude<2, 16>(h.bits & 0x7Fu), h.bits >> 7);
}

inline float ToFloat(Float8E8M0 h) {
  if (h.bits == 0xFF) return std::bit_cast<float>(0x7FC00000u);
  if (h.bits == 0) return std::bit_cast<float>(0x00400000u);  // 2^-127
  return std::bit_cast<float>(static_cast<uint32_t>(h.bits) << 23);
}

inline float ToFloat(Float4E2M1 h) {
  return half_internal::WithSign(
      half_internal::ExpandMagnitude<1, 1>(h.bits & 7u), (h.bits & 8u) != 0);
}

// Rounds to nearest even; overflow gives infinity, NaN stays NaN.
inline Bfloat16 ToBfloat16(float f) {
  const uint32_t bits = std::bit_cast<uint32_t>(f);
  const uint32_t rounded = bits + 0x7FFFu + ((bits >> 16) & 1u);
  const uint32_t quiet = bits | 0x400000u;
  const bool nan = (bits & 0x7FFFFFFFu) > 0x7F800000u;
  return Bfloat16{static_cast<uint16_t>((nan ? quiet : rounded) >> 16)};
}

inline Float16 ToFloat16(float f) {
  const uint32_t bits = std::bit_cast<uint32_t>(f);
  const uint32_t abs_bits = bits & 0x7FFFFFFFu;
  const uint32_t sign = (bits >> 16) & 0x8000u;
  uint32_t magnitude;
  if (abs_bits > 0x7F800000u) {
    magnitude = 0x7E00u | ((abs_bits >> 13) & 0x3FFu);
  } else if (abs_bits >= 0x47800000u) {  // 65536 and above
    magnitude = 0x7C00u;
  } else {
    // Carry out of 65504's mantissa is exactly the bits of infinity.
    magnitude = half_internal::RoundMagnitude<10, 15>(abs_bits);
  }
  return Float16{static_cast<uint16_t>(sign | magnitude)};
}

// Cast's rules: round to nearest even; out of range and infinity become the
// largest finite value, or NaN/infinity when `saturate` is false.
inline Float8E4M3FN ToFloat8E4M3FN(float f, bool saturate = true) {
  return {half_internal::ToFloat8<3, 7, 0x7E, 0x7F, true, 0x7F>(f, saturate)};
}
inline Float8E4M3FNUZ ToFloat8E4M3FNUZ(float f, bool saturate = true) {
  return {half_internal::ToFloat8<3, 8, 0x7F, 0x7F, false, 0x80>(f, saturate)};
}
inline Float8E5M2 ToFloat8E5M2(float f, bool saturate = true) {
  return {half_internal::ToFloat8<2, 15, 0x7B, 0x7C, true, 0x7E>(f, saturate)};
}
inline Float8E5M2FNUZ ToFloat8E5M2FNUZ(float f, bool saturate = true) {
  return {half_internal::ToFloat8<2, 16, 0x7F, 0x7F, false, 0x80>(f, saturate)};
}

// A power of two from the exponent of |f|; infinity and NaN give NaN.
inline Float8E8M0 ToFloat8E8M0(float f, bool saturate, ScaleRounding rounding) {
  const uint32_t bits = std::bit_cast<uint32_t>(f) & 0x7FFFFFFFu;
  const uint32_t exponent = bits >> 23;
  if (exponent == 0xFF) return {0xFF};
  const uint32_t fraction = bits & 0x7FFFFFu;
  bool up = false;
  if (rounding == ScaleRounding::kUp) up = fraction != 0;
  if (rounding == ScaleRounding::kNearest) {
    // A tie rounds up, except between zero and the smallest power.
    up = fraction > 0x400000u || (fraction == 0x400000u && exponent > 0);
  }
  if (saturate && exponent == 0xFE) up = false;
  return {static_cast<uint8_t>(exponent + (up ? 1 : 0))};
}

// Rounds to nearest even, saturates at +-6; NaN, which the format lacks,
// becomes -0 (the bits that a saturating hardware conversion leaves).
inline Float4E2M1 ToFloat4E2M1(float f) {
  const uint32_t bits = std::bit_cast<uint32_t>(f);
  const uint32_t abs_bits = bits & 0x7FFFFFFFu;
  const uint8_t sign = static_cast<uint8_t>((bits >> 28) & 8u);
  if (abs_bits > 0x7F800000u) return {8};
  uint32_t magnitude = 7;
  if (abs_bits < 0x7F800000u) {
    magnitude = half_internal::RoundMagnitude<1, 1>(abs_bits);
    if (magnitude > 7) magnitude = 7;
  }
  return {static_cast<uint8_t>(sign | magnitude)};
}

// FromFloat<T>: the conversion with the default rules of Cast.
template <typename T>
inline T FromFloat(float f) {
  return static_cast<T>(f);
}
template <>
inline Float16 FromFloat<Float16>(float f) {
  return ToFloat16(f);
}
template <>
inline Bfloat16 FromFloat<Bfloat16>(float f) {
  return ToBfloat16(f);
}

// Packed 4- and 2-bit elements: element i of a tensor, lowest bits first.
inline uint8_t GetBits4(const uint8_t* data, int64_t i) {
  return static_cast<uint8_t>((data[i >> 1] >> ((i & 1) * 4)) & 15);
}
inline uint8_t GetBits2(const uint8_t* data, int64_t i) {
  return static_cast<uint8_t>((data[i >> 2] >> ((i & 3) * 2)) & 3);
}
// Writers change only their element's bits; two threads must not write the
// same byte.
inline void SetBits4(uint8_t* data, int64_t i, uint8_t value) {
  const int shift = static_cast<int>(i & 1) * 4;
  data[i >> 1] = static_cast<uint8_t>((data[i >> 1] & ~(15 << shift)) |
                                      ((value & 15) << shift));
}
inline void SetBits2(uint8_t* data, int64_t i, uint8_t value) {
  const int shift = static_cast<int>(i & 3) * 2;
  data[i >> 2] = static_cast<uint8_t>((data[i >> 2] & ~(3 << shift)) |
                                      ((value & 3) << shift));
}
inline int8_t SignExtend4(uint8_t bits) {
  return static_cast<int8_t>(static_cast<int8_t>(bits << 4) >> 4);
}
inline int8_t SignExtend2(uint8_t bits) {
  return static_cast<int8_t>(static_cast<int8_t>(bits << 6) >> 6);
}

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_HALF_H_
