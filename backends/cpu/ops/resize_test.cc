// Resize, Upsample and TopK. Expected values by hand from the formulas.
#include <gtest/gtest.h>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

// Resizes one row with the given attributes.
Floats Row(const Floats& row, int64_t size, const std::string& mode,
           const std::string& coordinates,
           const std::string& nearest = "round_prefer_floor") {
  OpTester t(kAllOps, "Resize", 13);
  t.Input<float>({static_cast<int64_t>(row.size())}, row);
  t.NoInput().NoInput().Constant<int64_t>({1}, {size});
  t.AttrString("mode", mode).AttrString("nearest_mode", nearest);
  t.AttrString("coordinate_transformation_mode", coordinates);
  EXPECT_TRUE(t.Run().ok());
  return t.Output<float>(0);
}

void ExpectNear(const Floats& got, const Floats& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], wanted[i], 1e-5F) << i;
  }
}

TEST(ResizeTest, LinearCoordinates) {
  ExpectNear(Row({0, 4}, 4, "linear", "half_pixel"), {0, 1, 3, 4});
  ExpectNear(Row({0, 3}, 4, "linear", "align_corners"), {0, 1, 2, 3});
  ExpectNear(Row({0, 4}, 4, "linear", "asymmetric"), {0, 2, 4, 4});
  ExpectNear(Row({0, 4, 8}, 1, "linear", "pytorch_half_pixel"), {0});
  ExpectNear(Row({0, 4, 8, 12}, 2, "linear", "half_pixel"), {2, 10});
}

TEST(ResizeTest, NearestRounding) {
  // Positions of the four outputs: 0, 0.5, 1, 1.5.
  EXPECT_EQ(Row({1, 2}, 4, "nearest", "asymmetric"), (Floats{1, 1, 2, 2}));
  EXPECT_EQ(Row({1, 2}, 4, "nearest", "asymmetric", "round_prefer_ceil"),
            (Floats{1, 2, 2, 2}));
  EXPECT_EQ(Row({1, 2}, 4, "nearest", "asymmetric", "floor"),
            (Floats{1, 1, 2, 2}));
  EXPECT_EQ(Row({1, 2, 3}, 2, "nearest", "asymmetric", "ceil"), (Floats{1, 3}));
}

TEST(ResizeTest, CubicKeepsAConstant) {
  ExpectNear(Row({5, 5, 5, 5}, 7, "cubic", "half_pixel"), Floats(7, 5.0F));
  // At distance 1/2 the weights are -3/32, 19/32, 19/32, -3/32.
  ExpectNear({Row({0, 0, 32, 0}, 8, "cubic", "asymmetric")[3]}, {19});
}

TEST(ResizeTest, TwoAxesAndHalfPrecision) {
  OpTester t(kAllOps, "Resize", 18);
  std::vector<std::byte> ones(8);
  for (size_t i = 1; i < 8; i += 2) ones[i] = std::byte{0x3C};
  t.RawInput(DataType::kFloat16, {2, 2}, ones, false).NoInput();
  t.Constant<float>({2}, {2, 1.5F}).AttrString("mode", "linear");
  t.Outputs({DataType::kFloat16});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{4, 3}));
  EXPECT_EQ(t.Output<uint16_t>(0), std::vector<uint16_t>(12, 0x3C00));
}

TEST(ResizeTest, WrongScalesAreRefused) {
  OpTester t(kAllOps, "Resize", 13);
  t.Input<float>({2}, {1, 2}).NoInput().Constant<float>({1}, {-1});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  OpTester mode(kAllOps, "Resize", 13);
  mode.Input<float>({2}, {1, 2}).NoInput().Constant<float>({1}, {1});
  mode.AttrString("mode", "area");
  EXPECT_EQ(mode.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(UpsampleTest, InputForm) {
  OpTester t(kAllOps, "Upsample", 9);
  t.Input<float>({1, 1, 1, 2}, {1, 2}).Constant<float>({4}, {1, 1, 2, 2});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (Floats{1, 1, 2, 2, 1, 1, 2, 2}));
}

TEST(TopKTest, TiesKeepTheirOrderAndSmallest) {
  OpTester t(kAllOps, "TopK", 11);
  t.Input<float>({5}, {1, 3, 2, 3, 0}).Constant<int64_t>({1}, {3});
  t.Outputs({DataType::kFloat, DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (Floats{3, 3, 2}));
  EXPECT_EQ(t.Output<int64_t>(1), (std::vector<int64_t>{1, 3, 2}));

  OpTester small(kAllOps, "TopK", 11);
  small.Input<int32_t>({2, 2}, {4, 3, 1, 9}).Constant<int64_t>({1}, {1});
  small.AttrInt("axis", 0).AttrInt("largest", 0);
  small.Outputs({DataType::kInt32, DataType::kInt64});
  ASSERT_TRUE(small.Run().ok());
  EXPECT_EQ(small.Output<int32_t>(0), (std::vector<int32_t>{1, 3}));
  EXPECT_EQ(small.Output<int64_t>(1), (std::vector<int64_t>{1, 0}));
}

TEST(TopKTest, AttributeFormAndTooLarge) {
  OpTester t(kAllOps, "TopK", 1);
  t.Input<float>({2}, {1, 3}).AttrInt("k", 1);
  t.Outputs({DataType::kFloat, DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (Floats{3}));
  OpTester large(kAllOps, "TopK", 10);
  large.Input<float>({2}, {1, 3}).Constant<int64_t>({1}, {3});
  large.Outputs({DataType::kFloat, DataType::kInt64});
  EXPECT_EQ(large.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

}  // namespace
}  // namespace onnxifi::cpu
