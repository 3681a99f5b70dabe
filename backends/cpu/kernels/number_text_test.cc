#include "backends/cpu/kernels/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backends/cpu/kernels/half.h"
#include "backends/cpu/kernels/type_dispatch.h"

namespace onnxifi::cpu {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(NumberTextTest, FloatsGetTheShortestText) {
  EXPECT_EQ(TextOf(0.47892547f), "0.47892547");
  EXPECT_EQ(TextOf(1.0f), "1.0");
  EXPECT_EQ(TextOf(-0.0f), "-0.0");
  EXPECT_EQ(TextOf(0.1f), "0.1");
  EXPECT_EQ(TextOf(0.1), "0.1");
  EXPECT_EQ(TextOf(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(TextOf(314.15926), "314.15926");
  EXPECT_EQ(TextOf(-1234567.0f), "-1234567.0");
}

TEST(NumberTextTest, LargeAndSmallOnesAreScientific) {
  EXPECT_EQ(TextOf(1e15), "1000000000000000.0");
  EXPECT_EQ(TextOf(1e16), "1e+16");
  EXPECT_EQ(TextOf(1.5e300), "1.5e+300");
  EXPECT_EQ(TextOf(1e-4), "0.0001");
  EXPECT_EQ(TextOf(1e-5), "1e-05");
  EXPECT_EQ(TextOf(-2.5e-7f), "-2.5e-07");
}

TEST(NumberTextTest, SpecialValuesHaveOnnxsNames) {
  EXPECT_EQ(TextOf(kNan), "NaN");
  EXPECT_EQ(TextOf(kInf), "INF");
  EXPECT_EQ(TextOf(-std::numeric_limits<float>::infinity()), "-INF");
}

template <typename T>
std::string TextOfElement(T value) {
  return TensorText(kDataTypeOf<T>, &value, 1)[0];
}

TEST(NumberTextTest, EveryTypeHasATextForm) {
  EXPECT_EQ(TextOfElement<int8_t>(-5), "-5");
  EXPECT_EQ(TextOfElement<uint64_t>(~uint64_t{0}), "18446744073709551615");
  EXPECT_EQ(TextOfElement<int64_t>(std::numeric_limits<int64_t>::min()),
            "-9223372036854775808");
  EXPECT_EQ(TextOfElement<bool>(true), "1");
  EXPECT_EQ(TextOfElement(FromFloat<Float16>(0.1f)), "0.1");
  EXPECT_EQ(TextOfElement(FromFloat<Float16>(65504.0f)), "65500.0");
  EXPECT_EQ(TextOfElement(FromFloat<Bfloat16>(0.1f)), "0.1");
  const uint8_t packed = 0xA3;  // 3 and -6
  EXPECT_EQ(TensorText(DataType::kInt4, &packed, 2),
            (std::vector<std::string>{"3", "-6"}));
}

TEST(NumberTextTest, ReadsNumbersInEveryForm) {
  double d = 0;
  EXPECT_TRUE(ParseDouble(" +1.5e3\n", &d));
  EXPECT_EQ(d, 1500);
  EXPECT_TRUE(ParseDouble(".5", &d));
  EXPECT_EQ(d, 0.5);
  EXPECT_TRUE(ParseDouble("1E8", &d));
  EXPECT_EQ(d, 1e8);
  for (const char* text : {"INF", "+INF", "inf", "Infinity"}) {
    EXPECT_TRUE(ParseDouble(text, &d)) << text;
    EXPECT_EQ(d, kInf) << text;
  }
  EXPECT_TRUE(ParseDouble("-INF", &d));
  EXPECT_EQ(d, -kInf);
  EXPECT_TRUE(ParseDouble("NaN", &d));
  EXPECT_TRUE(std::isnan(d));
}

TEST(NumberTextTest, NumbersOutOfRangeBecomeInfiniteOrZero) {
  float f = 0;
  double d = 0;
  EXPECT_TRUE(ParseFloat("1e39", &f));
  EXPECT_EQ(f, std::numeric_limits<float>::infinity());
  EXPECT_TRUE(ParseFloat("-1e39", &f));
  EXPECT_EQ(f, -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(ParseFloat("1e-60", &f));
  EXPECT_EQ(f, 0);
  EXPECT_TRUE(ParseDouble("1e99999", &d));
  EXPECT_EQ(d, kInf);
  EXPECT_TRUE(ParseDouble("-1e-99999", &d));
  EXPECT_EQ(d, 0);
  EXPECT_TRUE(std::signbit(d));
  EXPECT_TRUE(ParseDouble("0." + std::string(6000, '0') + "1", &d));
  EXPECT_EQ(d, 0);
  EXPECT_TRUE(ParseDouble("00" + std::string(6000, '1'), &d));
  EXPECT_EQ(d, kInf);
}

TEST(NumberTextTest, WholeNumbersDropTheFraction) {
  int64_t i = 0;
  uint64_t u = 0;
  EXPECT_TRUE(ParseInt64("-9223372036854775808", &i));
  EXPECT_EQ(i, std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(ParseInt64("100.5", &i));
  EXPECT_EQ(i, 100);
  EXPECT_TRUE(ParseInt64("-1e3", &i));
  EXPECT_EQ(i, -1000);
  EXPECT_TRUE(ParseUint64("18446744073709551615", &u));
  EXPECT_EQ(u, ~uint64_t{0});
  EXPECT_FALSE(ParseInt64("9223372036854775808", &i));
  EXPECT_FALSE(ParseInt64("NaN", &i));
  EXPECT_FALSE(ParseInt64("INF", &i));
  EXPECT_FALSE(ParseUint64("-1", &u));
}

TEST(NumberTextTest, RefusesWhatIsNoNumber) {
  double d = 0;
  for (const char* text : {"", " ", "+", "-", "+-1", "1.5x", "1 2", "0x10",
                           "Hello World!", "1e", "--1"}) {
    EXPECT_FALSE(ParseDouble(text, &d)) << text;
  }
}

}  // namespace
}  // namespace onnxifi::cpu
