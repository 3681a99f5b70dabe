// RandomNormal, RandomUniform, their Like forms, Bernoulli, Multinomial, and
// Dropout while training.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/kernels/half.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using onnxifi::testing::OpTester;
using Floats = std::vector<float>;

constexpr int64_t kCount = 20000;

double Mean(const Floats& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) /
         static_cast<double>(values.size());
}

Floats Draw(OpTester t) {
  const Status status = t.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  return t.Output<float>(0);
}

TEST(RandomTest, UniformStaysInItsRange) {
  OpTester t(kAllOps, "RandomUniform", 22);
  t.AttrInts("shape", {2, kCount / 2}).AttrFloat("low", -2);
  t.AttrFloat("high", 6);
  const Floats first = Draw(t);
  ASSERT_EQ(first.size(), static_cast<size_t>(kCount));
  EXPECT_GE(*std::min_element(first.begin(), first.end()), -2);
  EXPECT_LT(*std::max_element(first.begin(), first.end()), 6);
  EXPECT_NEAR(Mean(first), 2, 6 * 8 / std::sqrt(12.0 * kCount));
  EXPECT_NE(first, Draw(t));
}

TEST(RandomTest, NormalHasMeanAndScale) {
  OpTester t(kAllOps, "RandomNormal", 1);
  t.AttrInts("shape", {kCount}).AttrFloat("mean", 10).AttrFloat("scale", 3);
  Floats values = Draw(t);
  EXPECT_NEAR(Mean(values), 10, 6 * 3 / std::sqrt(1.0 * kCount));
  for (float& v : values) v = (v - 10) * (v - 10);
  EXPECT_NEAR(Mean(values), 9, 6 * 9 * std::sqrt(2.0 / kCount));
}

TEST(RandomTest, ASeedMakesRunsEqualOnAnyNumberOfThreads) {
  for (const char* op : {"RandomNormal", "RandomUniform"}) {
    OpTester t(kAllOps, op, 22);
    t.AttrInts("shape", {kCount + 1}).AttrFloat("seed", 1.5F);
    const Floats one = Draw(t.Threads(1));
    EXPECT_EQ(one, Draw(t.Threads(4))) << op;
    OpTester other(kAllOps, op, 22);
    other.AttrInts("shape", {kCount + 1}).AttrFloat("seed", 2);
    EXPECT_NE(one, Draw(other)) << op;
  }
}

TEST(RandomTest, EveryRunOfOneGraphDiffers) {
  // Through one compiled graph: RandomUniform has no input, but must not be
  // folded to a constant.
  OpTester t(kAllOps, "RandomUniformLike", 22);
  t.Input<int32_t>({3}, {1, 2, 3}).AttrInt("dtype", 1);
  EXPECT_NE(Draw(t), Draw(t));
}

TEST(RandomTest, LikeTakesShapeAndType) {
  OpTester wide(kAllOps, "RandomNormalLike", 22);
  wide.Input<double>({2, 3}, std::vector<double>(6));
  wide.AttrFloat("seed", 1).Outputs({DataType::kDouble});
  ASSERT_TRUE(wide.Run().ok());
  EXPECT_EQ(wide.OutputShape(0), (Shape{2, 3}));
  EXPECT_EQ(wide.Output<double>(0).size(), 6u);
  for (const DataType half : {DataType::kFloat16, DataType::kBfloat16}) {
    OpTester narrow(kAllOps, "RandomUniformLike", 22);
    narrow.Input<int64_t>({4}, {1, 2, 3, 4}).Outputs({half});
    narrow.AttrInt("dtype", static_cast<int64_t>(half));
    ASSERT_TRUE(narrow.Run().ok());
    EXPECT_EQ(narrow.Output<uint16_t>(0).size(), 4u);
  }
  OpTester refused(kAllOps, "RandomUniformLike", 22);
  refused.Input<int64_t>({1}, {1});
  EXPECT_EQ(refused.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

TEST(BernoulliTest, DrawsByProbability) {
  for (const DataType type : {DataType::kFloat, DataType::kBool,
                              DataType::kInt64, DataType::kDouble}) {
    OpTester t(kAllOps, "Bernoulli", 22);
    Floats p(kCount, 0.25F);
    p[0] = 0;
    p[1] = 1;
    t.Input<float>({kCount}, p).AttrInt("dtype", static_cast<int64_t>(type));
    t.Outputs({type});
    ASSERT_TRUE(t.Run().ok());
    const size_t bytes = t.OutputBytes(0).size() / kCount;
    int64_t ones = 0;
    for (int64_t i = 0; i < kCount; ++i) {
      const auto from =
          t.OutputBytes(0).begin() + i * static_cast<int64_t>(bytes);
      const bool one =
          std::any_of(from, from + static_cast<int64_t>(bytes),
                      [](std::byte b) { return b != std::byte{}; });
      if (i < 2) {
        EXPECT_EQ(one, i == 1);
      }
      ones += one ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(ones), 0.25 * kCount,
                6 * std::sqrt(0.25 * 0.75 * kCount));
  }
}

TEST(MultinomialTest, DrawsBySoftmaxOfTheRow) {
  const float none = -std::numeric_limits<float>::infinity();
  OpTester t(kAllOps, "Multinomial", 7);
  // Probabilities 0, 1/4, 3/4 and certainly class 0.
  t.Input<float>({2, 3}, {none, 0, std::log(3.0F), 100, none, none});
  t.AttrInt("sample_size", kCount).Outputs({DataType::kInt32});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, kCount}));
  const std::vector<int32_t> drawn = t.Output<int32_t>(0);
  const auto row = [&](int64_t r, int32_t c) {
    return static_cast<double>(std::count(drawn.begin() + r * kCount,
                                          drawn.begin() + (r + 1) * kCount, c));
  };
  EXPECT_EQ(row(0, 0), 0);
  EXPECT_NEAR(row(0, 1), 0.25 * kCount, 6 * std::sqrt(0.25 * 0.75 * kCount));
  EXPECT_EQ(row(1, 0), kCount);

  OpTester wide(kAllOps, "Multinomial", 7);
  wide.Input<float>({1, 1}, {0})
      .AttrInt("dtype", 7)
      .Outputs({DataType::kInt64});
  ASSERT_TRUE(wide.Run().ok());
  EXPECT_EQ(wide.Output<int64_t>(0), std::vector<int64_t>{0});

  OpTester impossible(kAllOps, "Multinomial", 7);
  impossible.Input<float>({1, 2}, {none, none}).Outputs({DataType::kInt32});
  EXPECT_EQ(impossible.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  OpTester empty(kAllOps, "Multinomial", 7);
  empty.Input<float>({1, 0}, {}).Outputs({DataType::kInt32});
  EXPECT_EQ(empty.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

OpTester Training(float ratio, bool training) {
  OpTester t(kAllOps, "Dropout", 13);
  t.Input<float>({kCount}, Floats(kCount, 3)).Input<float>({}, {ratio});
  t.Input<bool>({}, {training}).Outputs({DataType::kFloat, DataType::kBool});
  return t;
}

TEST(DropoutTest, Float8ElementsAndRatio) {
  // E5M2: 1, the largest number, infinity, NaN; the ratio is E4M3FN 1/2.
  std::vector<std::byte> x;
  for (size_t i = 0; i < kCount; ++i) {
    constexpr uint8_t kValues[] = {0x3C, 0x7B, 0x7C, 0x7F};
    x.push_back(std::byte{kValues[i % 4]});
  }
  for (const bool training : {true, false}) {
    OpTester t(kAllOps, "Dropout", 22);
    t.RawInput(DataType::kFloat8E5M2, {kCount}, x, false);
    t.RawInput(DataType::kFloat8E4M3FN, {}, {std::byte{0x30}}, true);
    t.Input<bool>({}, {training});
    t.Outputs({DataType::kFloat8E5M2, DataType::kBool});
    ASSERT_TRUE(t.Run().ok());
    const std::vector<uint8_t> out = t.Output<uint8_t>(0);
    const std::vector<uint8_t> mask = t.Output<uint8_t>(1);
    int64_t kept = 0;
    for (size_t i = 0; i < kCount; ++i) {
      constexpr uint8_t kDoubled[] = {0x40, 0x7B, 0x7C, 0x7E};
      const uint8_t same = static_cast<uint8_t>(x[i]);
      const uint8_t wanted = !training      ? same
                             : mask[i] == 0 ? uint8_t{0}
                                            : kDoubled[i % 4];
      ASSERT_EQ(out[i], wanted) << i;
      kept += mask[i];
    }
    EXPECT_EQ(kept > 0 && kept < static_cast<int64_t>(kCount), training);
  }
}

TEST(DropoutTest, TrainingDropsAndScales) {
  OpTester t = Training(0.25F, true);
  ASSERT_TRUE(t.Run().ok());
  const Floats out = t.Output<float>(0);
  const std::vector<uint8_t> mask = t.Output<uint8_t>(1);
  int64_t kept = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    EXPECT_EQ(out[i], mask[i] != 0 ? 4.0F : 0.0F);
    kept += mask[i];
  }
  EXPECT_NEAR(static_cast<double>(kept), 0.75 * kCount,
              6 * std::sqrt(0.25 * 0.75 * kCount));

  // Whether it is training can be known during the run only.
  OpTester off = Training(0.25F, false);
  ASSERT_TRUE(off.Run().ok());
  EXPECT_EQ(off.Output<float>(0), Floats(kCount, 3));
  EXPECT_EQ(off.Output<uint8_t>(1), std::vector<uint8_t>(kCount, 1));

  OpTester all = Training(1, true);
  ASSERT_TRUE(all.Run().ok());
  EXPECT_EQ(all.Output<float>(0), Floats(kCount, 0));
  EXPECT_EQ(Training(1.5F, true).Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

}  // namespace
}  // namespace onnxifi::cpu
