// Attention, RotaryEmbedding, normalizations and losses.
#include <gtest/gtest.h>

#include <cmath>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

void ExpectNear(const Floats& got, const Floats& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], wanted[i], 1e-5F) << i;
  }
}

TEST(AttentionTest, EqualScoresAverageTheValues) {
  OpTester t(kAllOps, "Attention", 23);
  t.Input<float>({1, 1, 2, 1}, {0, 0}).Input<float>({1, 1, 2, 1}, {1, 2});
  t.Input<float>({1, 1, 2, 2}, {1, 2, 3, 6});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {2, 4, 2, 4});
}

TEST(AttentionTest, CausalSeesOnlyThePast) {
  OpTester t(kAllOps, "Attention", 23);
  t.Input<float>({1, 1, 2, 1}, {0, 0}).Input<float>({1, 1, 2, 1}, {1, 2});
  t.Input<float>({1, 1, 2, 1}, {1, 3}).AttrInt("is_causal", 1);
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {1, 2});
}

TEST(AttentionTest, CacheGroupsAndPackedHeads) {
  // Two query heads share one key head; one cached and one new key.
  OpTester t(kAllOps, "Attention", 23);
  t.Input<float>({1, 1, 2}, {0, 1}).Input<float>({1, 1, 1}, {0});
  t.Input<float>({1, 1, 1}, {4}).NoInput();
  t.Input<float>({1, 1, 1, 1}, {1}).Input<float>({1, 1, 1, 1}, {2});
  t.AttrInt("q_num_heads", 2).AttrInt("kv_num_heads", 1);
  t.AttrFloat("scale", 1);
  t.Outputs({DataType::kFloat, DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  const float e = std::exp(1.0F);
  ExpectNear(t.Output<float>(0), {3, (2 * e + 4) / (e + 1)});
  EXPECT_EQ(t.Output<float>(1), (Floats{1, 0}));
  EXPECT_EQ(t.Output<float>(2), (Floats{2, 4}));
}

TEST(AttentionTest, FullyMaskedRowIsZero) {
  OpTester t(kAllOps, "Attention", 23);
  t.Input<float>({1, 1, 1, 1}, {1}).Input<float>({1, 1, 1, 1}, {1});
  t.Input<float>({1, 1, 1, 1}, {7}).Input<bool>({1, 1}, {false});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), Floats{0});
}

TEST(RotaryEmbeddingTest, QuarterTurnAndWrongPosition) {
  OpTester t(kAllOps, "RotaryEmbedding", 23);
  t.Input<float>({1, 1, 1, 3}, {1, 2, 9}).Input<float>({2, 1}, {1, 0});
  t.Input<float>({2, 1}, {0, 1}).Input<int64_t>({1, 1}, {1});
  t.AttrInt("rotary_embedding_dim", 2);
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {-2, 1, 9});

  OpTester bad(kAllOps, "RotaryEmbedding", 23);
  bad.Input<float>({1, 1, 1, 2}, {1, 2}).Input<float>({1, 1}, {1});
  bad.Input<float>({1, 1}, {0}).Input<int64_t>({1, 1}, {5});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(RmsNormalizationTest, ScaleBroadcasts) {
  OpTester t(kAllOps, "RMSNormalization", 23);
  t.Input<float>({1, 2, 2}, {1, 1, 7, 7}).Input<float>({1}, {2});
  t.AttrInt("axis", 1).AttrFloat("epsilon", 0);
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {0.4F, 0.4F, 2.8F, 2.8F});
}

TEST(GroupNormalizationTest, ScalePerGroupBeforeOpset21) {
  for (const int opset : {18, 21}) {
    OpTester t(kAllOps, "GroupNormalization", opset);
    t.Input<float>({1, 2, 2}, {1, 3, 10, 20});
    t.Input<float>({2}, {1, 2}).Input<float>({2}, {0, 1});
    t.AttrInt("num_groups", 2).AttrFloat("epsilon", 0);
    ASSERT_TRUE(t.Run().ok());
    ExpectNear(t.Output<float>(0), {-1, 1, -1, 3});
  }
}

TEST(LpNormalizationTest, ZeroStaysZero) {
  OpTester t(kAllOps, "LpNormalization", 22);
  t.Input<float>({2, 2}, {3, 0, 4, 0}).AttrInt("axis", 0);
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {0.6F, 0, 0.8F, 0});
}

TEST(NegativeLogLikelihoodLossTest, WeightsIgnoreAndBadLabel) {
  OpTester t(kAllOps, "NegativeLogLikelihoodLoss", 13);
  t.Input<float>({3, 2}, {-1, -2, -3, -4, -5, -6});
  t.Input<int64_t>({3}, {0, 1, 9}).Input<float>({2}, {1, 3});
  t.AttrInt("ignore_index", 9);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), Shape{});
  ExpectNear(t.Output<float>(0), {13.0F / 4});

  OpTester bad(kAllOps, "NegativeLogLikelihoodLoss", 13);
  bad.Input<float>({1, 2}, {-1, -2}).Input<int64_t>({1}, {2});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(SoftmaxCrossEntropyLossTest, LossAndLogProbabilities) {
  OpTester t(kAllOps, "SoftmaxCrossEntropyLoss", 13);
  t.Input<float>({1, 2}, {0, std::log(3.0F)}).Input<int32_t>({1}, {1});
  t.AttrString("reduction", "none");
  t.Outputs({DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {-std::log(0.75F)});
  ExpectNear(t.Output<float>(1), {std::log(0.25F), std::log(0.75F)});
}

}  // namespace
}  // namespace onnxifi::cpu
