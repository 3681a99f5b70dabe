#include "client/generate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace onnxifi::client {
namespace {

HostTensor Filled(const char* notation, graph::DataType type, int64_t elements,
                  uint64_t seed) {
  const Result<Generator> generator = Generator::Parse(notation);
  EXPECT_TRUE(generator.ok()) << notation;
  Result<HostTensor> tensor = HostTensor::Make("x", type, {elements});
  EXPECT_TRUE(tensor.ok());
  Fill(tensor.value(), generator.value(), seed);
  return std::move(tensor).value();
}

TEST(GenerateTest, LightDataIsOnnxsRamp) {
  const HostTensor x = Filled("lightdata", graph::DataType::kFloat, 3, 0);
  EXPECT_EQ(ElementAsDouble(x, 0), 0);
  EXPECT_EQ(ElementAsDouble(x, 1), static_cast<float>(1.0 / 3));
  EXPECT_EQ(ElementAsDouble(x, 2), static_cast<float>(2.0 / 3));
}

TEST(GenerateTest, RandomValuesStayInRangeAndRepeat) {
  const HostTensor x = Filled("rand(-2, 3)", graph::DataType::kFloat, 1000, 5);
  const TensorStats stats = ComputeStats(x);
  EXPECT_GE(stats.min, -2);
  EXPECT_LE(stats.max, 3);
  EXPECT_NEAR(stats.mean, 0.5, 0.2);
  const HostTensor same =
      Filled("rand(-2,3)", graph::DataType::kFloat, 1000, 5);
  EXPECT_TRUE(std::ranges::equal(x.bytes(), same.bytes()));
  const HostTensor other =
      Filled("rand(-2,3)", graph::DataType::kFloat, 1000, 6);
  EXPECT_FALSE(std::ranges::equal(x.bytes(), other.bytes()));
}

TEST(GenerateTest, RandomIndicesNeverReachTheUpperBound) {
  const HostTensor x = Filled("rand(0,4)", graph::DataType::kInt64, 4000, 1);
  const TensorStats stats = ComputeStats(x);
  EXPECT_EQ(stats.min, 0);
  EXPECT_EQ(stats.max, 3);
}

TEST(GenerateTest, NormalValuesHaveUnitDeviation) {
  const HostTensor x = Filled("randn", graph::DataType::kDouble, 20000, 3);
  double squares = 0;
  for (int64_t i = 0; i < x.elements(); ++i) {
    squares += ElementAsDouble(x, i) * ElementAsDouble(x, i);
  }
  EXPECT_NEAR(squares / 20000, 1, 0.05);
}

TEST(GenerateTest, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "random", "rand(1)", "rand(1,2", "rand(2,1)",
                           "rand(1,inf)", "rand(1,2)x", "zeros "}) {
    EXPECT_FALSE(Generator::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace onnxifi::client
