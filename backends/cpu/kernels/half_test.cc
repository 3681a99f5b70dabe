#include "backends/cpu/kernels/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "backends/cpu/kernels/float_tile.h"

namespace onnxifi::cpu {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::numeric_limits<float>::quiet_NaN();

// The number of a minifloat by definition: sign, exponent, mantissa fields.
double Value(int bits, int exponent_bits, int mantissa_bits, int bias) {
  const int mantissa = bits & ((1 << mantissa_bits) - 1);
  const int exponent = (bits >> mantissa_bits) & ((1 << exponent_bits) - 1);
  const int sign = bits >> (exponent_bits + mantissa_bits);
  const double unit = std::ldexp(1.0, -mantissa_bits);
  const double value = exponent == 0
                           ? std::ldexp(mantissa * unit, 1 - bias)
                           : std::ldexp(1 + mantissa * unit, exponent - bias);
  return sign != 0 ? -value : value;
}

TEST(HalfTest, EveryFloat16SurvivesARoundTrip) {
  for (int bits = 0; bits < 65536; ++bits) {
    const Float16 half{static_cast<uint16_t>(bits)};
    const float value = ToFloat(half);
    if ((bits & 0x7C00) == 0x7C00) {
      EXPECT_EQ(std::isinf(value), (bits & 0x3FF) == 0) << bits;
      EXPECT_EQ(std::isnan(ToFloat(ToFloat16(value))), std::isnan(value));
      continue;
    }
    EXPECT_EQ(value, Value(bits, 5, 10, 15)) << bits;
    EXPECT_EQ(ToFloat16(value).bits, bits);
  }
}

TEST(HalfTest, Float16RoundsToNearestEven) {
  EXPECT_EQ(ToFloat16(1.0f + 0x1p-11f).bits, 0x3C00);      // tie, even
  EXPECT_EQ(ToFloat16(1.0f + 3 * 0x1p-11f).bits, 0x3C02);  // tie, odd
  EXPECT_EQ(ToFloat16(1.0f + 0x1p-11f + 0x1p-20f).bits, 0x3C01);
  EXPECT_EQ(ToFloat16(65504.0f).bits, 0x7BFF);
  EXPECT_EQ(ToFloat16(65519.0f).bits, 0x7BFF);
  EXPECT_EQ(ToFloat16(65520.0f).bits, 0x7C00);
  EXPECT_EQ(ToFloat16(-1e30f).bits, 0xFC00);
  EXPECT_EQ(ToFloat16(0x1p-25f).bits, 0);    // tie with zero
  EXPECT_EQ(ToFloat16(0x1.8p-25f).bits, 1);  // smallest subnormal
  EXPECT_EQ(ToFloat16(-0.0f).bits, 0x8000);
}

TEST(HalfTest, Bfloat16RoundsToNearestEven) {
  EXPECT_EQ(ToBfloat16(1.0f).bits, 0x3F80);
  EXPECT_EQ(ToBfloat16(1.0f + 0x1p-8f).bits, 0x3F80);
  EXPECT_EQ(ToBfloat16(1.0f + 3 * 0x1p-8f).bits, 0x3F82);
  EXPECT_EQ(ToBfloat16(3.4e38f).bits, 0x7F80);  // overflow
  EXPECT_TRUE(std::isnan(ToFloat(ToBfloat16(kNan))));
  EXPECT_EQ(ToFloat(ToBfloat16(-kInf)), -kInf);
}

TEST(HalfTest, EveryFloat8SurvivesARoundTrip) {
  for (int bits = 0; bits < 256; ++bits) {
    const auto b = static_cast<uint8_t>(bits);
    if ((bits & 0x7F) != 0x7F) {
      const float fn = ToFloat(Float8E4M3FN{b});
      EXPECT_EQ(fn, Value(bits, 4, 3, 7)) << bits;
      EXPECT_EQ(ToFloat8E4M3FN(fn).bits, bits);
    }
    if (bits != 0x80) {
      const float uz = ToFloat(Float8E4M3FNUZ{b});
      EXPECT_EQ(uz, Value(bits, 4, 3, 8)) << bits;
      EXPECT_EQ(ToFloat8E4M3FNUZ(uz).bits, bits);
      const float uz5 = ToFloat(Float8E5M2FNUZ{b});
      EXPECT_EQ(uz5, Value(bits, 5, 2, 16)) << bits;
      EXPECT_EQ(ToFloat8E5M2FNUZ(uz5).bits, bits);
    }
    if ((bits & 0x7C) != 0x7C) {
      const float e5 = ToFloat(Float8E5M2{b});
      EXPECT_EQ(e5, Value(bits, 5, 2, 15)) << bits;
      EXPECT_EQ(ToFloat8E5M2(e5).bits, bits);
    }
  }
}

TEST(HalfTest, Float8SaturatesOrNot) {
  EXPECT_EQ(ToFloat8E4M3FN(1e6f, true).bits, 0x7E);
  EXPECT_EQ(ToFloat8E4M3FN(1e6f, false).bits, 0x7F);
  EXPECT_EQ(ToFloat8E4M3FN(-kInf, true).bits, 0xFE);
  EXPECT_EQ(ToFloat8E4M3FN(-kInf, false).bits, 0xFF);
  EXPECT_EQ(ToFloat8E4M3FNUZ(kInf, true).bits, 0x7F);
  EXPECT_EQ(ToFloat8E4M3FNUZ(-kInf, false).bits, 0x80);
  EXPECT_EQ(ToFloat8E5M2(kInf, true).bits, 0x7B);
  EXPECT_EQ(ToFloat8E5M2(-kInf, false).bits, 0xFC);
  EXPECT_EQ(ToFloat8E5M2(kNan, true).bits, 0x7E);
  EXPECT_EQ(ToFloat8E5M2FNUZ(kNan, true).bits, 0x80);
  // Formats without -0.
  EXPECT_EQ(ToFloat8E4M3FNUZ(-0.0f).bits, 0);
  EXPECT_EQ(ToFloat8E5M2FNUZ(-1e-7f).bits, 0);
  EXPECT_EQ(ToFloat8E4M3FN(-1e-7f).bits, 0x80);
}

TEST(HalfTest, Float8E8M0RoundsAsAsked) {
  const auto up = [](float f) {
    return ToFloat8E8M0(f, true, ScaleRounding::kUp).bits;
  };
  EXPECT_EQ(up(1.0f), 127);
  EXPECT_EQ(up(1.1f), 128);
  EXPECT_EQ(up(0.0f), 0);
  EXPECT_EQ(up(kInf), 255);
  EXPECT_EQ(up(std::numeric_limits<float>::max()), 254);
  EXPECT_EQ(ToFloat8E8M0(1.9f, true, ScaleRounding::kDown).bits, 127);
  EXPECT_EQ(ToFloat8E8M0(1.5f, true, ScaleRounding::kNearest).bits, 128);
  EXPECT_EQ(ToFloat8E8M0(1.4f, true, ScaleRounding::kNearest).bits, 127);
  EXPECT_EQ(ToFloat(Float8E8M0{130}), 8.0f);
  EXPECT_EQ(ToFloat(Float8E8M0{0}), 0x1p-127f);
  EXPECT_TRUE(std::isnan(ToFloat(Float8E8M0{255})));
}

TEST(HalfTest, Float4HasSixteenValues) {
  const std::vector<float> values = {0,    0.5f,  1,  1.5f, 2,  3,  4,  6,
                                     -0.0, -0.5f, -1, -1.5, -2, -3, -4, -6};
  for (uint8_t bits = 0; bits < 16; ++bits) {
    EXPECT_EQ(ToFloat(Float4E2M1{bits}), values[bits]);
    EXPECT_EQ(ToFloat4E2M1(values[bits]).bits, bits);
  }
  EXPECT_EQ(ToFloat4E2M1(0.25f).bits, 0);  // tie
  EXPECT_EQ(ToFloat4E2M1(2.5f).bits, 4);   // tie
  EXPECT_EQ(ToFloat4E2M1(100.0f).bits, 7);
  EXPECT_EQ(ToFloat4E2M1(-kInf).bits, 15);
}

TEST(HalfTest, PackedElementsKeepTheirNeighbours) {
  uint8_t data[2] = {0xFF, 0xFF};
  SetBits4(data, 1, 0x3);
  EXPECT_EQ(data[0], 0x3F);
  EXPECT_EQ(GetBits4(data, 0), 0xF);
  EXPECT_EQ(SignExtend4(GetBits4(data, 0)), -1);
  SetBits2(data, 5, 2);
  EXPECT_EQ(data[1], 0xFB);
  EXPECT_EQ(GetBits2(data, 5), 2);
  EXPECT_EQ(SignExtend2(2), -2);
}

TEST(HalfTest, TilesEqualSingleConversions) {
  std::vector<float> values;
  for (uint32_t bits = 0; bits < 0xFFFFFFFFu - 99991; bits += 99991) {
    values.push_back(std::bit_cast<float>(bits));
  }
  const auto count = static_cast<int64_t>(values.size());
  std::vector<Float16> half(values.size());
  std::vector<Bfloat16> bfloat(values.size());
  std::vector<float> back(values.size());
  FloatToFloat16(values.data(), half.data(), count);
  FloatToBfloat16(values.data(), bfloat.data(), count);
  Float16ToFloat(half.data(), back.data(), count);
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      EXPECT_TRUE(std::isnan(ToFloat(half[i])));
      EXPECT_TRUE(std::isnan(ToFloat(bfloat[i])));
      continue;
    }
    EXPECT_EQ(half[i].bits, ToFloat16(values[i]).bits) << values[i];
    EXPECT_EQ(bfloat[i].bits, ToBfloat16(values[i]).bits) << values[i];
    EXPECT_EQ(back[i], ToFloat(half[i]));
  }
}

}  // namespace
}  // namespace onnxifi::cpu
