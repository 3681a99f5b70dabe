#include "client/host_tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace onnxifi::client {
namespace {

using graph::DataType;

HostTensor Make(DataType type, int64_t elements) {
  Result<HostTensor> tensor = HostTensor::Make("x", type, {elements});
  EXPECT_TRUE(tensor.ok()) << tensor.status().message();
  return std::move(tensor).value();
}

double RoundTrip(DataType type, double value) {
  HostTensor tensor = Make(type, 3);
  SetElement(tensor, 1, value);
  EXPECT_EQ(ElementAsDouble(tensor, 0),
            type == DataType::kFloat8E8M0 ? std::ldexp(1.0, -127) : 0);
  return ElementAsDouble(tensor, 1);
}

TEST(HostTensorTest, MakeRefusesWhatCannotBe) {
  EXPECT_FALSE(HostTensor::Make("x", DataType::kUndefined, {1}).ok());
  EXPECT_FALSE(HostTensor::Make("x", DataType::kFloat, {-1}).ok());
  EXPECT_FALSE(
      HostTensor::Make("x", DataType::kFloat, {int64_t{1} << 40, 1 << 20})
          .ok());
  EXPECT_TRUE(HostTensor::Make("x", DataType::kFloat, {0, 5}).ok());
}

TEST(HostTensorTest, StringsAreNoBytes) {
  Result<HostTensor> tensor = HostTensor::Make("x", DataType::kString, {2, 3});
  ASSERT_TRUE(tensor.ok());
  EXPECT_TRUE(tensor->has_strings());
  EXPECT_EQ(tensor->strings().size(), 6u);
  EXPECT_TRUE(tensor->bytes().empty());
}

TEST(HostTensorTest, FillByteReachesEveryElement) {
  Result<HostTensor> tensor =
      HostTensor::Make("x", DataType::kUint8, {100}, 0xA5);
  ASSERT_TRUE(tensor.ok());
  for (int64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(ElementAsBits(tensor.value(), i), 0xA5u);
  }
}

TEST(HostTensorTest, KnownBitPatternsOfSmallFloats) {
  struct Row {
    DataType type;
    uint8_t bits[2];
    double value;
  };
  const Row rows[] = {
      {DataType::kFloat16, {0x00, 0x3C}, 1},
      {DataType::kFloat16, {0x01, 0x00}, 0x1p-24},
      {DataType::kFloat16, {0xFF, 0x7B}, 65504},
      {DataType::kFloat16, {0x00, 0xFC}, -HUGE_VAL},
      {DataType::kBfloat16, {0x80, 0x3F}, 1},
      {DataType::kFloat8E4M3FN, {0x7E, 0}, 448},
      {DataType::kFloat8E4M3FN, {0x01, 0}, 0x1p-9},
      {DataType::kFloat8E4M3FNUZ, {0x7F, 0}, 240},
      {DataType::kFloat8E5M2, {0x7B, 0}, 57344},
      {DataType::kFloat8E5M2, {0x7C, 0}, HUGE_VAL},
      {DataType::kFloat8E5M2FNUZ, {0x7F, 0}, 57344},
      {DataType::kFloat8E8M0, {0x80, 0}, 2},
      {DataType::kFloat4E2M1, {0x07, 0}, 6},
  };
  for (const Row& row : rows) {
    HostTensor tensor = Make(row.type, 1);
    std::memcpy(tensor.bytes().data(), row.bits, tensor.bytes().size());
    EXPECT_EQ(ElementAsDouble(tensor, 0), row.value)
        << graph::DataTypeName(row.type);
    EXPECT_EQ(RoundTrip(row.type, row.value), row.value)
        << graph::DataTypeName(row.type);
  }
}

TEST(HostTensorTest, NaNSurvivesWhereTheTypeHasOne) {
  for (const DataType type :
       {DataType::kFloat, DataType::kFloat16, DataType::kBfloat16,
        DataType::kFloat8E4M3FN, DataType::kFloat8E4M3FNUZ,
        DataType::kFloat8E5M2, DataType::kFloat8E5M2FNUZ}) {
    EXPECT_TRUE(std::isnan(RoundTrip(type, std::nan(""))))
        << graph::DataTypeName(type);
  }
}

TEST(HostTensorTest, RoundsToNearestEven) {
  EXPECT_EQ(RoundTrip(DataType::kFloat16, 2049), 2048);
  EXPECT_EQ(RoundTrip(DataType::kFloat16, 2051), 2052);
  EXPECT_EQ(RoundTrip(DataType::kInt8, 2.5), 2);
  EXPECT_EQ(RoundTrip(DataType::kInt8, -3.5), -4);
}

TEST(HostTensorTest, IntegersSaturateAndKeepTheirSign) {
  EXPECT_EQ(RoundTrip(DataType::kInt8, 1000), 127);
  EXPECT_EQ(RoundTrip(DataType::kUint8, -5), 0);
  EXPECT_EQ(RoundTrip(DataType::kInt4, -100), -8);
  EXPECT_EQ(RoundTrip(DataType::kInt2, 1), 1);
  EXPECT_EQ(RoundTrip(DataType::kUint2, 9), 3);
  EXPECT_EQ(RoundTrip(DataType::kInt64, 1e30), 0x1p63);
  EXPECT_EQ(RoundTrip(DataType::kUint64, -1), 0);
  HostTensor tensor = Make(DataType::kInt16, 1);
  SetElement(tensor, 0, -1);
  EXPECT_EQ(ElementAsBits(tensor, 0), ~uint64_t{0});
}

TEST(HostTensorTest, StatsLeaveNaNOut) {
  HostTensor tensor = Make(DataType::kFloat, 4);
  SetElement(tensor, 0, std::nan(""));
  SetElement(tensor, 1, -1);
  SetElement(tensor, 2, 4);
  const TensorStats stats = ComputeStats(tensor);
  EXPECT_EQ(stats.nans, 1);
  EXPECT_EQ(stats.min, -1);
  EXPECT_EQ(stats.max, 4);
  EXPECT_EQ(stats.mean, 1);
}

}  // namespace
}  // namespace onnxifi::client
