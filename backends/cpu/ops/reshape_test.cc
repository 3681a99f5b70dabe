// Operators that only change the shape: Reshape, Flatten, Squeeze, Unsqueeze,
// Shape, Size, ConstantOfShape.
#include <gtest/gtest.h>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;

const std::vector<float> kSix = {1, 2, 3, 4, 5, 6};

TEST(ReshapeTest, ZeroCopiesAndMinusOneTakesTheRest) {
  OpTester t(kAllOps, "Reshape", 14);
  t.Input<float>({2, 3}, kSix).Constant<int64_t>({3}, {0, -1, 1});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 3, 1}));
  EXPECT_EQ(t.Output<float>(0), kSix);
}

TEST(ReshapeTest, AttributeForm) {
  OpTester t(kAllOps, "Reshape", 1);
  t.Input<float>({2, 3}, kSix).AttrInts("shape", {3, 2});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{3, 2}));
}

TEST(ReshapeTest, AllowZeroKeepsZero) {
  OpTester t(kAllOps, "Reshape", 14);
  t.Input<float>({0, 3}, {}).Constant<int64_t>({2}, {5, 0});
  t.AttrInt("allowzero", 1);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{5, 0}));
}

TEST(ReshapeTest, WrongCountNamesTheNode) {
  OpTester t(kAllOps, "Reshape", 14);
  t.Input<float>({2, 3}, kSix).Constant<int64_t>({1}, {7});
  const Status status = t.Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(status.message().find("test_Reshape"), std::string::npos);
}

TEST(ReshapeTest, AShapeThatOnlyTheRunKnows) {
  OpTester t(kAllOps, "Reshape", 14);
  t.Input<float>({2, 3}, kSix).Input<int64_t>({1}, {6});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_TRUE(t.by_value());
  EXPECT_EQ(t.OutputShape(0), (Shape{6}));
  EXPECT_EQ(t.Output<float>(0), kSix);
  OpTester wrong(kAllOps, "Reshape", 14);
  wrong.Input<float>({2, 3}, kSix).Input<int64_t>({1}, {7});
  EXPECT_EQ(wrong.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(FlattenTest, SplitsAtTheAxis) {
  for (const auto& [axis, dims] : std::vector<std::pair<int64_t, Shape>>{
           {0, {1, 6}}, {1, {1, 6}}, {2, {2, 3}}, {-1, {2, 3}}, {3, {6, 1}}}) {
    OpTester t(kAllOps, "Flatten", 13);
    t.Input<float>({1, 2, 3}, kSix).AttrInt("axis", axis);
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.OutputShape(0), dims) << axis;
  }
}

TEST(SqueezeTest, AllAttributeAndInputForms) {
  OpTester all(kAllOps, "Squeeze", 13);
  all.Input<float>({1, 6, 1}, kSix);
  ASSERT_TRUE(all.Run().ok());
  EXPECT_EQ(all.OutputShape(0), (Shape{6}));

  OpTester attribute(kAllOps, "Squeeze", 11);
  attribute.Input<float>({1, 6, 1}, kSix).AttrInts("axes", {-1});
  ASSERT_TRUE(attribute.Run().ok());
  EXPECT_EQ(attribute.OutputShape(0), (Shape{1, 6}));

  OpTester input(kAllOps, "Squeeze", 13);
  input.Input<float>({1, 6, 1}, kSix).Constant<int64_t>({1}, {0});
  ASSERT_TRUE(input.Run().ok());
  EXPECT_EQ(input.OutputShape(0), (Shape{6, 1}));

  OpTester wrong(kAllOps, "Squeeze", 13);
  wrong.Input<float>({1, 6, 1}, kSix).Constant<int64_t>({1}, {1});
  EXPECT_EQ(wrong.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(UnsqueezeTest, AxesCountInTheOutput) {
  OpTester t(kAllOps, "Unsqueeze", 13);
  t.Input<float>({2, 3}, kSix).Constant<int64_t>({2}, {-1, 0});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{1, 2, 3, 1}));
  EXPECT_EQ(t.Output<float>(0), kSix);

  OpTester old(kAllOps, "Unsqueeze", 11);
  old.Input<float>({6}, kSix).AttrInts("axes", {1, 2});
  ASSERT_TRUE(old.Run().ok());
  EXPECT_EQ(old.OutputShape(0), (Shape{6, 1, 1}));
}

TEST(ShapeTest, StartAndEndAreClamped) {
  OpTester t(kAllOps, "Shape", 15);
  t.Input<float>({1, 2, 3}, kSix).AttrInt("start", -2).AttrInt("end", 9);
  t.Outputs({DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<int64_t>(0), (std::vector<int64_t>{2, 3}));
}

TEST(SizeTest, CountsElements) {
  OpTester t(kAllOps, "Size", 13);
  t.Input<float>({1, 2, 3}, kSix).Outputs({DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), Shape{});
  EXPECT_EQ(t.Output<int64_t>(0), (std::vector<int64_t>{6}));
}

TEST(ConstantOfShapeTest, DefaultIsFloatZeroAndLargeOnesAreFilled) {
  OpTester t(kAllOps, "ConstantOfShape", 9);
  t.Constant<int64_t>({2}, {300, 200}).Outputs({DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{300, 200}));
  EXPECT_EQ(t.Output<float>(0), std::vector<float>(60000, 0.0F));
}

}  // namespace
}  // namespace onnxifi::cpu
