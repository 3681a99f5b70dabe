#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using testing::OpTester;

std::vector<std::byte> ToBytes(const std::vector<uint8_t>& values) {
  std::vector<std::byte> bytes(values.size());
  for (size_t i = 0; i < values.size(); ++i) bytes[i] = std::byte{values[i]};
  return bytes;
}

TEST(QuantizeTest, OneScaleRoundsToEvenAndSaturates) {
  OpTester t(kAllOps, "QuantizeLinear", 13);
  t.Input<float>({7}, {0, 2, 3, 1000, -254, -1000, std::nanf("")});
  t.Input<float>({}, {2}).Input<uint8_t>({}, {128});
  ASSERT_TRUE(t.Outputs({DataType::kUint8}).Run().ok());
  EXPECT_EQ(t.Output<uint8_t>(0),
            (std::vector<uint8_t>{128, 129, 130, 255, 1, 0, 0}));
  OpTester even(kAllOps, "QuantizeLinear", 13);
  even.Input<float>({4}, {0.5f, 1.5f, -0.5f, -2.5f}).Input<float>({}, {1});
  even.Input<int8_t>({}, {1}).Outputs({DataType::kInt8});
  ASSERT_TRUE(even.Run().ok());
  EXPECT_EQ(even.Output<int8_t>(0), (std::vector<int8_t>{1, 3, 1, -1}));
}

TEST(QuantizeTest, WithoutZeroPointTheOutputIsUint8) {
  OpTester t(kAllOps, "QuantizeLinear", 10);
  t.Input<float>({3}, {-1, 4, 600}).Input<float>({}, {2});
  ASSERT_TRUE(t.Outputs({DataType::kUint8}).Run().ok());
  EXPECT_EQ(t.Output<uint8_t>(0), (std::vector<uint8_t>{0, 2, 255}));
}

TEST(QuantizeTest, ScalePerAxis) {
  OpTester t(kAllOps, "QuantizeLinear", 13);
  t.Input<float>({1, 2, 2}, {4, 8, 4, 8}).Input<float>({2}, {2, 4});
  t.Input<int8_t>({2}, {0, 10}).Outputs({DataType::kInt8});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<int8_t>(0), (std::vector<int8_t>{2, 4, 11, 12}));
  OpTester last(kAllOps, "DequantizeLinear", 13);
  last.Input<uint8_t>({2, 2}, {2, 4, 6, 8}).Input<float>({2}, {1, 10});
  last.Input<uint8_t>({2}, {1, 2}).AttrInt("axis", -1);
  ASSERT_TRUE(last.Run().ok());
  EXPECT_EQ(last.Output<float>(0), (std::vector<float>{1, 20, 5, 60}));
}

TEST(QuantizeTest, ScalePerBlock) {
  OpTester t(kAllOps, "DequantizeLinear", 21);
  t.Input<int8_t>({2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  t.Input<float>({2, 3}, {1, 10, 100, 2, 20, 200}).AttrInt("block_size", 2);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0),
            (std::vector<float>{1, 2, 30, 40, 500, 12, 14, 160, 180, 2000}));
  OpTester rows(kAllOps, "QuantizeLinear", 21);
  rows.Input<float>({3, 2}, {2, 4, 6, 8, 10, 12});
  rows.Input<float>({2, 2}, {1, 2, 5, 6});
  rows.AttrInt("axis", 0).AttrInt("block_size", 2);
  rows.AttrInt("output_dtype", static_cast<int64_t>(DataType::kInt16));
  ASSERT_TRUE(rows.Outputs({DataType::kInt16}).Run().ok());
  EXPECT_EQ(rows.Output<int16_t>(0), (std::vector<int16_t>{2, 2, 6, 4, 2, 2}));
  OpTester bad(kAllOps, "DequantizeLinear", 21);
  bad.Input<int8_t>({4}, {1, 2, 3, 4}).Input<float>({3}, {1, 1, 1});
  bad.AttrInt("axis", 0).AttrInt("block_size", 2);
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(QuantizeTest, BlocksCrossTiles) {
  constexpr int64_t kCount = 3000;
  constexpr int64_t kBlock = 7;
  std::vector<int8_t> x(kCount);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<int8_t>(i % 100);
  std::vector<float> scale((kCount + kBlock - 1) / kBlock);
  for (size_t i = 0; i < scale.size(); ++i) scale[i] = static_cast<float>(i);
  OpTester t(kAllOps, "DequantizeLinear", 21);
  t.Input<int8_t>({kCount}, x);
  t.Input<float>({static_cast<int64_t>(scale.size())}, scale);
  t.AttrInt("axis", 0).AttrInt("block_size", kBlock);
  ASSERT_TRUE(t.Run().ok());
  const std::vector<float> y = t.Output<float>(0);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(y[i], x[i] * scale[i / kBlock]) << i;
  }
}

TEST(QuantizeTest, SmallTypes) {
  OpTester t(kAllOps, "QuantizeLinear", 21);
  t.Input<float>({3}, {-100, 3, 100}).Input<float>({}, {1});
  t.RawInput(DataType::kInt4, {}, ToBytes({0x01}), false);
  ASSERT_TRUE(t.Outputs({DataType::kInt4}).Run().ok());
  EXPECT_EQ(t.OutputBytes(0), ToBytes({0x48, 0x07}));
  OpTester back(kAllOps, "DequantizeLinear", 21);
  back.RawInput(DataType::kInt4, {3}, ToBytes({0x48, 0x07}), false);
  back.Input<float>({}, {2});
  back.RawInput(DataType::kInt4, {}, ToBytes({0x01}), false);
  ASSERT_TRUE(back.Run().ok());
  EXPECT_EQ(back.Output<float>(0), (std::vector<float>{-18, 6, 12}));
  OpTester eight(kAllOps, "QuantizeLinear", 19);
  eight.Input<float>({2}, {1e6f, 2}).Input<float>({}, {2});
  eight.RawInput(DataType::kFloat8E4M3FN, {}, ToBytes({0}), false);
  ASSERT_TRUE(eight.Outputs({DataType::kFloat8E4M3FN}).Run().ok());
  EXPECT_EQ(eight.OutputBytes(0), ToBytes({0x7E, 0x38}));
  OpTester wide(kAllOps, "DequantizeLinear", 13);
  wide.Input<int32_t>({2}, {-5, 100000}).Input<float>({}, {0.5f});
  ASSERT_TRUE(wide.Run().ok());
  EXPECT_EQ(wide.Output<float>(0), (std::vector<float>{-2.5f, 50000}));
}

TEST(QuantizeTest, HalfScaleDividesInHalfPrecision) {
  // 2049 is no float16: the tie goes to 2048.
  OpTester t(kAllOps, "QuantizeLinear", 23);
  t.Input<float>({1}, {2049}).Input<float>({}, {1});
  t.AttrInt("precision", static_cast<int64_t>(DataType::kFloat16));
  t.AttrInt("output_dtype", static_cast<int64_t>(DataType::kUint16));
  ASSERT_TRUE(t.Outputs({DataType::kUint16}).Run().ok());
  EXPECT_EQ(t.Output<uint16_t>(0), std::vector<uint16_t>{2048});
}

TEST(QuantizeTest, DynamicScaleCoversTheRange) {
  OpTester t(kAllOps, "DynamicQuantizeLinear", 11);
  t.Input<float>({6}, {0, 2, -3, -2.5f, 1.34f, 0.5f});
  t.Outputs({DataType::kUint8, DataType::kFloat, DataType::kUint8});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<uint8_t>(0),
            (std::vector<uint8_t>{153, 255, 0, 26, 221, 179}));
  EXPECT_FLOAT_EQ(t.Output<float>(1)[0], 5.0f / 255);
  EXPECT_EQ(t.Output<uint8_t>(2), std::vector<uint8_t>{153});
}

TEST(QuantizeTest, RoundTripOfManyElements) {
  constexpr int64_t kRows = 300;
  constexpr int64_t kColumns = 37;
  std::vector<float> x(kRows * kColumns);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(static_cast<int>(i * 7919 % 255) - 127);
  }
  std::vector<float> scale(kColumns);
  for (size_t c = 0; c < scale.size(); ++c) {
    scale[c] = 1 + static_cast<float>(c % 3);
  }
  OpTester t(kAllOps, "QuantizeLinear", 13);
  t.Input<float>({kRows, kColumns}, x).Input<float>({kColumns}, scale);
  t.Input<int8_t>({kColumns}, std::vector<int8_t>(kColumns, 0));
  ASSERT_TRUE(t.Outputs({DataType::kInt8}).Run().ok());
  const std::vector<int8_t> q = t.Output<int8_t>(0);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(q[i], std::nearbyint(x[i] / scale[i % kColumns])) << i;
  }
}

}  // namespace
}  // namespace onnxifi::cpu
