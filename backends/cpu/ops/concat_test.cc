// Concat and Split.
#include <gtest/gtest.h>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;

TEST(ConcatTest, FirstAndLastAxis) {
  OpTester first(kAllOps, "Concat", 13);
  first.Input<float>({1, 2}, {1, 2}).Input<float>({2, 2}, {3, 4, 5, 6});
  first.AttrInt("axis", 0);
  ASSERT_TRUE(first.Run().ok());
  EXPECT_EQ(first.OutputShape(0), (Shape{3, 2}));
  EXPECT_EQ(first.Output<float>(0), (std::vector<float>{1, 2, 3, 4, 5, 6}));

  OpTester last(kAllOps, "Concat", 13);
  last.Input<int64_t>({2, 1}, {1, 2}).Input<int64_t>({2, 2}, {3, 4, 5, 6});
  last.AttrInt("axis", -1).Outputs({DataType::kInt64});
  ASSERT_TRUE(last.Run().ok());
  EXPECT_EQ(last.Output<int64_t>(0), (std::vector<int64_t>{1, 3, 4, 2, 5, 6}));
}

TEST(ConcatTest, DefaultAxisOfOpset1AndEmptyInput) {
  OpTester t(kAllOps, "Concat", 1);
  t.Input<float>({2, 1}, {1, 2}).Input<float>({2, 0}, {});
  t.Input<float>({2, 1}, {3, 4});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (std::vector<float>{1, 3, 2, 4}));
}

TEST(ConcatTest, OneInputAndRepeatedInputs) {
  OpTester t(kAllOps, "Concat", 13);
  t.Input<float>({2}, {1, 2}).AttrInt("axis", 0);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (std::vector<float>{1, 2}));
}

TEST(ConcatTest, WrongShapesAreNamed) {
  OpTester t(kAllOps, "Concat", 13);
  t.Input<float>({1, 2}, {1, 2}).Input<float>({1, 3}, {3, 4, 5});
  t.AttrInt("axis", 0);
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(SplitTest, SizesByInputAttributeAndCount) {
  const std::vector<float> in = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  OpTester input(kAllOps, "Split", 13);
  input.Input<float>({2, 5}, in).Constant<int64_t>({2}, {4, 1});
  input.AttrInt("axis", 1).Outputs({DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(input.Run().ok());
  EXPECT_EQ(input.Output<float>(0),
            (std::vector<float>{1, 2, 3, 4, 6, 7, 8, 9}));
  EXPECT_EQ(input.Output<float>(1), (std::vector<float>{5, 10}));

  OpTester attribute(kAllOps, "Split", 2);
  attribute.Input<float>({2, 5}, in).AttrInts("split", {0, 2});
  attribute.Outputs({DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(attribute.Run().ok());
  EXPECT_EQ(attribute.OutputShape(0), (Shape{0, 5}));
  EXPECT_EQ(attribute.Output<float>(1), in);

  OpTester uneven(kAllOps, "Split", 18);
  uneven.Input<float>({10}, in).AttrInt("num_outputs", 3);
  uneven.Outputs({DataType::kFloat, DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(uneven.Run().ok());
  EXPECT_EQ(uneven.OutputShape(0), (Shape{4}));
  EXPECT_EQ(uneven.Output<float>(2), (std::vector<float>{9, 10}));
}

TEST(SplitTest, PartsMustAddUp) {
  OpTester t(kAllOps, "Split", 13);
  t.Input<float>({3}, {1, 2, 3}).Constant<int64_t>({2}, {1, 1});
  t.Outputs({DataType::kFloat, DataType::kFloat});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

}  // namespace
}  // namespace onnxifi::cpu
