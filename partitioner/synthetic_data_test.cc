#include "partitioner/synthetic_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "graph/graph.h"

namespace onnxifi::partitioner {
namespace {

using graph::DataType;

template <typename T>
std::vector<T> Filled(DataType type, Integers integers) {
  alignas(16) T data[9] = {};
  FillTensor(type, integers, data, sizeof(data));
  return std::vector<T>(data, data + 9);
}

TEST(SyntheticDataTest, NumbersAreAboveZeroAndUpToOne) {
  for (const float x : Filled<float>(DataType::kFloat, Integers::kZeros)) {
    EXPECT_TRUE(x > 0 && x <= 1) << x;
  }
  for (const double x : Filled<double>(DataType::kDouble, Integers::kZeros)) {
    EXPECT_TRUE(x > 0 && x <= 1) << x;
  }
  // 0x3c00 and 0x3f80 are 1.
  for (const auto x : Filled<uint16_t>(DataType::kFloat16, Integers::kZeros)) {
    EXPECT_TRUE(x > 0 && x <= 0x3c00) << x;
  }
  for (const auto x : Filled<uint16_t>(DataType::kBfloat16, Integers::kOnes)) {
    EXPECT_TRUE(x > 0 && x <= 0x3f80) << x;
  }
}

TEST(SyntheticDataTest, IntegersAreAsAsked) {
  using Longs = std::vector<int64_t>;
  EXPECT_EQ(Filled<int64_t>(DataType::kInt64, Integers::kZeros), Longs(9, 0));
  EXPECT_EQ(Filled<int64_t>(DataType::kInt64, Integers::kOnes), Longs(9, 1));
  EXPECT_EQ(Filled<int32_t>(DataType::kInt32, Integers::kOnes),
            std::vector<int32_t>(9, 1));
  EXPECT_EQ(Filled<int16_t>(DataType::kInt16, Integers::kOnes),
            std::vector<int16_t>(9, 1));
  EXPECT_EQ(Filled<uint8_t>(DataType::kUint8, Integers::kOnes),
            std::vector<uint8_t>(9, 1));
  EXPECT_EQ(Filled<uint8_t>(DataType::kInt4, Integers::kOnes),
            std::vector<uint8_t>(9, 0x11));
  const auto truths = Filled<uint8_t>(DataType::kBool, Integers::kZeros);
  EXPECT_EQ(truths[0] + truths[1], 1);
}

TEST(SyntheticDataTest, WritesEveryTypeWithinItsBytes) {
  for (int32_t t = 1; t <= 26; ++t) {
    const auto type = static_cast<DataType>(t);
    if (type == DataType::kString) continue;
    for (const int64_t elements : {0, 1, 5}) {
      Result<size_t> bytes =
          graph::ByteSize(type, std::vector<int64_t>{elements});
      ASSERT_TRUE(bytes.ok());
      alignas(16) uint8_t data[128];
      std::fill(std::begin(data), std::end(data), 0xee);
      FillTensor(type, Integers::kOnes, data, *bytes);
      for (size_t i = 0; i < sizeof(data); ++i) {
        EXPECT_EQ(data[i] == 0xee, i >= *bytes) << t << " at " << i;
      }
    }
  }
}

}  // namespace
}  // namespace onnxifi::partitioner
