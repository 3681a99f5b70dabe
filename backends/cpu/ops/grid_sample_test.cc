// GridSample, AffineGrid, RoiAlign, Col2Im, and the training operators.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

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

Floats Sample(const std::string& mode, const std::string& padding,
              const Floats& grid) {
  OpTester t(kAllOps, "GridSample", 20);
  t.Input<float>({1, 1, 2, 2}, {1, 2, 3, 4});
  t.Input<float>({1, 1, static_cast<int64_t>(grid.size() / 2), 2}, grid);
  t.AttrString("mode", mode).AttrString("padding_mode", padding);
  t.AttrInt("align_corners", 1);
  EXPECT_TRUE(t.Run().ok());
  return t.Output<float>(0);
}

TEST(GridSampleTest, CornersCentreAndPadding) {
  const Floats points = {-1, -1, 1, -1, 0, 0, 3, 1, NAN, 0};
  ExpectNear(Sample("linear", "zeros", points), {1, 2, 2.5F, 0, 0});
  ExpectNear(Sample("linear", "border", {3, 1, 0, -9}), {4, 1.5F});
  ExpectNear(Sample("linear", "reflection", {2, 1}), {3.5F});
  ExpectNear(Sample("nearest", "zeros", {0.6F, 0.6F}), {4});
  ExpectNear(Sample("cubic", "border", {-1, -1}), {1});
}

TEST(GridSampleTest, ThreeAxes) {
  OpTester t(kAllOps, "GridSample", 20);
  t.Input<float>({1, 1, 2, 1, 2}, {0, 2, 4, 6});
  t.Input<float>({1, 1, 1, 1, 3}, {0, 0, 0});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {3});
}

TEST(AffineGridTest, IdentityGivesPixelCentres) {
  OpTester t(kAllOps, "AffineGrid", 20);
  t.Input<float>({1, 2, 3}, {1, 0, 0, 0, 1, 0});
  t.Constant<int64_t>({4}, {1, 1, 1, 2});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{1, 1, 2, 2}));
  ExpectNear(t.Output<float>(0), {-0.5F, 0, 0.5F, 0});
}

TEST(RoiAlignTest, AverageAndWrongBatch) {
  OpTester t(kAllOps, "RoiAlign", 10);
  t.Input<float>({1, 1, 2, 2}, {1, 2, 3, 4}).Input<float>({1, 4}, {0, 0, 1, 1});
  t.Input<int64_t>({1}, {0}).AttrInt("sampling_ratio", 1);
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {2.5F});
  OpTester bad(kAllOps, "RoiAlign", 16);
  bad.Input<float>({1, 1, 1, 1}, {1}).Input<float>({1, 4}, {0, 0, 1, 1});
  bad.Input<int64_t>({1}, {1});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(Col2ImTest, OverlapsAddUp) {
  OpTester t(kAllOps, "Col2Im", 18);
  t.Input<float>({1, 2, 2}, {1, 2, 3, 4}).Constant<int64_t>({1}, {3});
  t.Constant<int64_t>({1}, {2});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{1, 1, 3}));
  ExpectNear(t.Output<float>(0), {1, 5, 4});
}

TEST(Col2ImTest, TruthValuesAndComplexNumbers) {
  OpTester any(kAllOps, "Col2Im", 18);
  any.Input<bool>({1, 2, 2}, {false, true, true, false});
  any.Constant<int64_t>({1}, {3}).Constant<int64_t>({1}, {2});
  ASSERT_TRUE(any.Outputs({DataType::kBool}).Run().ok());
  EXPECT_EQ(any.Output<uint8_t>(0), (std::vector<uint8_t>{0, 1, 0}));
  const Floats parts = {1, -1, 2, -2, 3, -3, 4, -4};
  std::vector<std::byte> bytes(parts.size() * sizeof(float));
  std::memcpy(bytes.data(), parts.data(), bytes.size());
  OpTester sum(kAllOps, "Col2Im", 18);
  sum.RawInput(DataType::kComplex64, {1, 2, 2}, bytes, false);
  sum.Constant<int64_t>({1}, {3}).Constant<int64_t>({1}, {2});
  ASSERT_TRUE(sum.Outputs({DataType::kComplex64}).Run().ok());
  EXPECT_EQ(sum.Output<float>(0), (Floats{1, -1, 5, -5, 4, -4}));
}

TEST(AdamTest, FirstStepMovesByTheRate) {
  OpTester t(kAllOps, "Adam", 1, "ai.onnx.preview.training");
  t.Input<float>({}, {0.5F}).Input<int64_t>({}, {1});
  for (const float value : {3.0F, 2.0F, 0.0F, 0.0F}) {
    t.Input<float>({1}, {value});
  }
  t.AttrFloat("epsilon", 0);
  t.Outputs({DataType::kFloat, DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {2.5F});
  ExpectNear(t.Output<float>(1), {0.2F});
  ExpectNear(t.Output<float>(2), {0.004F});
}

TEST(MomentumTest, NesterovLooksAhead) {
  OpTester t(kAllOps, "Momentum", 1, "ai.onnx.preview.training");
  t.Input<float>({}, {1}).Input<int64_t>({}, {0});
  t.Input<float>({1}, {10}).Input<float>({1}, {2}).Input<float>({1}, {4});
  t.AttrFloat("alpha", 0.5F).AttrFloat("beta", 9);
  t.AttrString("mode", "nesterov");
  t.Outputs({DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {6});
  ExpectNear(t.Output<float>(1), {4});
}

TEST(AdagradTest, DividesByTheHistory) {
  OpTester t(kAllOps, "Adagrad", 1, "ai.onnx.preview.training");
  t.Input<float>({}, {1}).Input<int64_t>({}, {0});
  t.Input<float>({1}, {1}).Input<float>({1}, {3}).Input<float>({1}, {16});
  t.AttrFloat("epsilon", 0);
  t.Outputs({DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {0.4F});
  ExpectNear(t.Output<float>(1), {25});
}

}  // namespace
}  // namespace onnxifi::cpu
