#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using onnxifi::testing::OpTester;

TEST(ConvInteger, PaddingCountsAsZeroPoint) {
  OpTester t(kAllOps, "ConvInteger", 10);
  t.Input<uint8_t>({1, 1, 2, 2}, {12, 14, 9, 10});
  t.Input<int8_t>({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  t.Input<uint8_t>({}, {10}).Input<int8_t>({1}, {1});
  t.AttrInts("pads", {1, 1, 1, 1}).Outputs({DataType::kInt32});
  ASSERT_TRUE(t.Run().ok());
  // Data 2 4 / -1 0, weights 0..8.
  EXPECT_EQ(t.Output<int32_t>(0),
            (std::vector<int32_t>{2 * 4 + 4 * 5 - 7, 2 * 3 + 4 * 4 - 6,
                                  2 * 1 + 4 * 2 - 4, 2 * 0 + 4 * 1 - 3}));
}

TEST(QLinearConv, ScalesPerChannelRoundToEvenAndSaturate) {
  OpTester t(kAllOps, "QLinearConv", 10);
  t.Input<uint8_t>({1, 1, 1, 3}, {128, 131, 255});
  t.Input<float>({}, {0.5f}).Input<uint8_t>({}, {128});
  t.Constant<int8_t>({2, 1, 1, 1}, {1, -2});
  t.Input<float>({2}, {1.0f, 4.0f}).Input<int8_t>({2}, {0, 0});
  t.Input<float>({}, {1.0f}).Input<uint8_t>({}, {10});
  t.Input<int32_t>({2}, {0, 1});
  t.Outputs({DataType::kUint8});
  ASSERT_TRUE(t.Run().ok());
  // Channel 0: 0, 1.5 -> 2, 63.5 -> 64. Channel 1 (sum + 1) * 2: 2, -10,
  // -506.
  EXPECT_EQ(t.Output<uint8_t>(0), (std::vector<uint8_t>{10, 12, 74, 12, 0, 0}));
}

TEST(MatMulInteger, ZeroPointsPerRowAndColumn) {
  OpTester t(kAllOps, "MatMulInteger", 10);
  t.Input<uint8_t>({2, 2}, {1, 2, 3, 4}).Input<int8_t>({2, 2}, {1, 0, -1, 2});
  t.Input<uint8_t>({2}, {1, 3}).Input<int8_t>({2}, {0, 1});
  t.Outputs({DataType::kInt32});
  ASSERT_TRUE(t.Run().ok());
  // [0 1; 0 1] * [1 -1; -1 1].
  EXPECT_EQ(t.Output<int32_t>(0), (std::vector<int32_t>{-1, 1, -1, 1}));
}

TEST(QLinearMatMul, ScalesAndSaturation) {
  OpTester t(kAllOps, "QLinearMatMul", 10);
  t.Input<int8_t>({1, 2}, {10, -20}).Input<float>({}, {0.5f});
  t.Input<int8_t>({}, {0});
  t.Input<int8_t>({2, 2}, {100, 1, 100, 2}).Input<float>({2}, {2.0f, 0.25f});
  t.Input<int8_t>({2}, {0, 0});
  t.Input<float>({}, {0.5f}).Input<int8_t>({}, {3});
  t.Outputs({DataType::kInt8});
  ASSERT_TRUE(t.Run().ok());
  // -1000 * 2 + 3 saturates; -30 * 0.25 = -7.5 rounds to -8.
  EXPECT_EQ(t.Output<int8_t>(0), (std::vector<int8_t>{-128, -5}));
}

TEST(MatMulInteger, ZeroPointsOfEachMatrix) {
  OpTester t(kAllOps, "MatMulInteger", 10);
  t.Input<uint8_t>({2, 2, 1}, {1, 2, 3, 4});
  t.Input<uint8_t>({2, 1, 2}, {5, 6, 7, 8});
  t.Input<uint8_t>({2, 2, 1}, {1, 1, 1, 5})
      .Input<uint8_t>({2, 1, 2}, {0, 1, 2, 3});
  t.Outputs({graph::DataType::kInt32});
  ASSERT_TRUE(t.Run().ok());
  // (a - za) times (b - zb): [0, 1] x [5, 5] and [2, -1] x [5, 5].
  EXPECT_EQ(t.Output<int32_t>(0),
            (std::vector<int32_t>{0, 0, 5, 5, 10, 10, -5, -5}));

  OpTester wrong(kAllOps, "MatMulInteger", 10);
  wrong.Input<uint8_t>({2, 2}, {1, 2, 3, 4});
  wrong.Input<uint8_t>({2, 2}, {1, 2, 3, 4}).Input<uint8_t>({1, 2}, {1, 3});
  EXPECT_EQ(wrong.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(ConvTranspose, AgreesWithScatteredSums) {
  // A 2x2 image, kernel 3x3, stride 2: each pixel adds a scaled kernel.
  OpTester t(kAllOps, "ConvTranspose", 11);
  const std::vector<float> x = {1, 2, 3, 4};
  const std::vector<float> w = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  t.Input<float>({1, 1, 2, 2}, x).Constant<float>({1, 1, 3, 3}, w);
  t.Constant<float>({1}, {100.0f});
  t.AttrInts("strides", {2, 2}).AttrInts("pads", {1, 0, 0, 1});
  t.AttrInts("output_padding", {1, 0});
  ASSERT_TRUE(t.Run().ok());
  std::vector<float> full(6 * 5, 100.0f);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t k = 0; k < 9; ++k) {
      full[(i / 2 * 2 + k / 3) * 5 + i % 2 * 2 + k % 3] += x[i] * w[k];
    }
  }
  std::vector<float> want;
  for (size_t r = 1; r < 6; ++r) {
    for (size_t c = 0; c < 4; ++c) want.push_back(full[r * 5 + c]);
  }
  EXPECT_EQ(t.OutputShape(0), (graph::Shape{1, 1, 5, 4}));
  EXPECT_EQ(t.Output<float>(0), want);
}

TEST(ConvTranspose, OutputShapeBeyondTheSumsIsBias) {
  OpTester t(kAllOps, "ConvTranspose", 11);
  t.Input<float>({1, 1, 2}, {1, 2}).Constant<float>({1, 1, 2}, {1, 1});
  t.AttrInts("strides", {2}).AttrInts("output_shape", {5});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (std::vector<float>{1, 1, 2, 2, 0}));
}

}  // namespace
}  // namespace onnxifi::cpu
