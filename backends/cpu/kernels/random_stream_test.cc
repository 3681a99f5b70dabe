#include "backends/cpu/kernels/random_stream.h"

#include <gtest/gtest.h>

#include <cmath>

namespace onnxifi::cpu {
namespace {

TEST(RandomStreamTest, GivesThePublishedNumbers) {
  // Known answers of the algorithm's authors.
  EXPECT_EQ(
      RandomStream(0, 0).At(0),
      (RandomStream::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(
      RandomStream(~uint64_t{0}, ~uint64_t{0}).At(~uint64_t{0}),
      (RandomStream::Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(RandomStreamTest, UniformNumbersFillTheRange) {
  constexpr int kCount = 100000;
  constexpr int kBins = 10;
  const RandomStream stream(17, 0);
  int bins[kBins] = {};
  double sum = 0;
  for (uint64_t i = 0; i < kCount; ++i) {
    const double u = stream.UniformNumber(i);
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ++bins[static_cast<int>(u * kBins)];
    sum += u;
  }
  // Six standard deviations.
  EXPECT_NEAR(sum / kCount, 0.5, 6 * std::sqrt(1.0 / 12 / kCount));
  for (const int count : bins) {
    EXPECT_NEAR(count, kCount / kBins, 6 * std::sqrt(kCount * 0.1 * 0.9));
  }
}

TEST(RandomStreamTest, NormalNumbersHaveTheMoments) {
  constexpr int kPairs = 100000;
  const RandomStream stream(3, 9);
  double sum = 0;
  double squares = 0;
  double products = 0;
  double fourth = 0;
  for (uint64_t i = 0; i < kPairs; ++i) {
    const auto [a, b] = stream.Normal(i);
    sum += a + b;
    squares += a * a + b * b;
    products += a * b;
    fourth += a * a * a * a + b * b * b * b;
  }
  constexpr double kCount = 2.0 * kPairs;
  EXPECT_NEAR(sum / kCount, 0, 6 / std::sqrt(kCount));
  EXPECT_NEAR(squares / kCount, 1, 6 * std::sqrt(2 / kCount));
  EXPECT_NEAR(products / kPairs, 0, 6 / std::sqrt(1.0 * kPairs));
  EXPECT_NEAR(fourth / kCount, 3, 6 * std::sqrt(96 / kCount));
}

TEST(RandomSourceTest, ASeedRepeatsAndNoneNever) {
  const RandomSource seeded(5);
  EXPECT_EQ(seeded.NextRun().At(0), seeded.NextRun().At(0));
  EXPECT_EQ(seeded.NextRun().At(0), RandomSource(5).NextRun().At(0));
  EXPECT_NE(seeded.NextRun().At(0), RandomSource(6).NextRun().At(0));
  const RandomSource open(std::nullopt);
  const RandomSource copy = open;
  const auto first = open.NextRun().At(0);
  EXPECT_NE(first, open.NextRun().At(0));
  EXPECT_NE(first, copy.NextRun().At(0));
  EXPECT_NE(first, RandomSource(std::nullopt).NextRun().At(0));
}

}  // namespace
}  // namespace onnxifi::cpu
