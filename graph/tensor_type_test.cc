#include "graph/tensor_type.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace onnxifi::graph {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(TensorTypeTest, KnowsEveryElementType) {
  EXPECT_EQ(ElementBits(DataType::kFloat), 32);
  EXPECT_EQ(ElementBits(DataType::kComplex128), 128);
  EXPECT_EQ(ElementBits(DataType::kBfloat16), 16);
  EXPECT_EQ(ElementBits(DataType::kFloat8E8M0), 8);
  EXPECT_EQ(ElementBits(DataType::kInt4), 4);
  EXPECT_EQ(ElementBits(DataType::kInt2), 2);
  EXPECT_EQ(ElementBits(DataType::kString), 128);
  EXPECT_STREQ(DataTypeName(DataType::kDouble), "float64");
  EXPECT_STREQ(DataTypeName(DataType::kInt2), "int2");
}

TEST(TensorTypeTest, UnknownTypesHaveNoSize) {
  EXPECT_EQ(ElementBits(static_cast<DataType>(27)), 0);
  EXPECT_EQ(ElementBits(static_cast<DataType>(-1)), 0);
  EXPECT_STREQ(DataTypeName(static_cast<DataType>(1000)), "unknown");
  EXPECT_EQ(ByteSize(DataType::kUndefined, Shape{2}).status().code(),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

TEST(TensorTypeTest, CountsElements) {
  EXPECT_EQ(*ElementCount(Shape{}), 1);
  EXPECT_EQ(*ElementCount(Shape{2, 3, 4}), 24);
  EXPECT_EQ(*ElementCount(Shape{2, 0, 4}), 0);
}

TEST(TensorTypeTest, RefusesShapesThatOverflow) {
  EXPECT_EQ(ElementCount(Shape{-1}).status().code(),
            ONNXIFI_STATUS_INVALID_SHAPE);
  for (const Shape& dims :
       {Shape{kMax}, Shape{int64_t{1} << 48}, Shape{int64_t{1} << 42, 1 << 22},
        Shape{int64_t{1} << 32, int64_t{1} << 32}, Shape{kMax, 0},
        Shape(65, 1)}) {
    EXPECT_EQ(ElementCount(dims).status().code(),
              ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
  }
  EXPECT_TRUE(ElementCount(Shape{(int64_t{1} << 48) - 1}).ok());
  EXPECT_TRUE(ElementCount(Shape(64, 1)).ok());
}

TEST(TensorTypeTest, RoundsPackedTypesUpToBytes) {
  EXPECT_EQ(*ByteSize(DataType::kFloat, Shape{3}), 12u);
  EXPECT_EQ(*ByteSize(DataType::kInt4, Shape{3}), 2u);
  EXPECT_EQ(*ByteSize(DataType::kUint2, Shape{5}), 2u);
  EXPECT_EQ(*ByteSize(DataType::kInt4, Shape{0}), 0u);
}

}  // namespace
}  // namespace onnxifi::graph
