#include "conformance/ops/error_bound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace onnxifi::conformance {
namespace {

using graph::DataType;

TEST(ErrorBoundTest, FormatsAreThoseOfTheTypes) {
  EXPECT_EQ(Epsilon(DataType::kFloat), std::numeric_limits<float>::epsilon());
  EXPECT_EQ(Epsilon(DataType::kDouble), std::numeric_limits<double>::epsilon());
  EXPECT_EQ(SmallestNormal(DataType::kFloat),
            std::numeric_limits<float>::min());
  EXPECT_EQ(LargestFinite(DataType::kFloat), std::numeric_limits<float>::max());
  EXPECT_EQ(LargestFinite(DataType::kFloat16), 65504);
  EXPECT_EQ(SmallestNormal(DataType::kFloat16), std::ldexp(1, -14));
  EXPECT_EQ(Epsilon(DataType::kBfloat16), std::ldexp(1, -7));
  EXPECT_EQ(Epsilon(DataType::kInt32), 0);
  EXPECT_EQ(LargestFinite(DataType::kBool), 0);
}

TEST(ErrorBoundTest, MovedAndComparedNumbersAreExact) {
  for (const char* op : {"Abs", "Neg", "Relu", "Max", "Clip", "Floor", "Mod"}) {
    EXPECT_EQ(ElementwiseBound(op, DataType::kFloat, 1e30), 0) << op;
  }
  EXPECT_EQ(ElementwiseBound("Add", DataType::kInt64, 5), 0);
  EXPECT_EQ(SumBound(DataType::kInt32, 100, 100, 100), 0);
  EXPECT_EQ(ChainBound(DataType::kUint8, 3, 100), 0);
  EXPECT_LT(UlpsOf("Conv"), 0);
}

TEST(ErrorBoundTest, ElementwiseIsRelative) {
  const double one = ElementwiseBound("Add", DataType::kFloat, 1);
  EXPECT_GE(one, 0x1p-23);
  EXPECT_LT(one, 0x1.01p-23);
  EXPECT_NEAR(ElementwiseBound("Add", DataType::kFloat, -1024) / one, 1024, 1);
  // Numbers below the normal ones may be flushed.
  EXPECT_GE(ElementwiseBound("Mul", DataType::kFloat, 0x1p-130), 0x1p-130);
}

// A float sum in any order stays inside; without an average term, or with an
// accumulator of 16 bits, it is outside.
TEST(ErrorBoundTest, SumsInAnyOrderAreInsideAndWrongOnesOutside) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<float> number(0.5f, 1.5f);
  for (const size_t terms : {2u, 17u, 300u, 2000u}) {
    std::vector<float> values(terms);
    double want = 0;
    for (float& value : values) want += value = number(random);
    float forward = 0, back = 0, short_one = 0;
    float coarse = 0;
    for (size_t i = 0; i < terms; ++i) {
      forward += values[i];
      back += values[terms - 1 - i];
      if (i + 1 < terms) short_one += values[i];
      // 8 bits, as in bfloat16.
      const float sum = coarse + values[i];
      int exponent = 0;
      const float scaled = std::frexp(sum, &exponent);
      coarse = std::ldexp(std::nearbyint(scaled * 256) / 256, exponent);
    }
    const double bound =
        SumBound(DataType::kFloat, static_cast<double>(terms), want, want);
    EXPECT_LE(std::fabs(forward - want), bound) << terms;
    EXPECT_LE(std::fabs(back - want), bound) << terms;
    EXPECT_GT(std::fabs(short_one - want), bound) << terms;
    EXPECT_GT(std::fabs(coarse - want), bound) << terms;
  }
}

TEST(ErrorBoundTest, ChainsGrowWithTheirRoundings) {
  const double two = ChainBound(DataType::kFloat, 2, 8);
  EXPECT_NEAR(two, 3 * 0x1p-20, 1e-12);
  EXPECT_NEAR(ChainBound(DataType::kFloat, 5, 8), 2 * two, 1e-12);
  // Halves are computed in float and rounded once.
  EXPECT_LT(ChainBound(DataType::kFloat16, 100, 1), 1.1 * 0x1p-10);
}

}  // namespace
}  // namespace onnxifi::conformance
