#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::OpTester;

constexpr int64_t kFar = std::numeric_limits<int64_t>::max();
constexpr int64_t kNear = std::numeric_limits<int64_t>::min();

std::vector<float> Iota(size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

std::vector<float> OneAxis(int64_t size, int64_t start, int64_t end,
                           int64_t step) {
  OpTester t(kAllOps, "Slice", 13);
  t.Input<float>({size}, Iota(static_cast<size_t>(size)));
  t.Constant<int64_t>({1}, {start}).Constant<int64_t>({1}, {end});
  t.Constant<int64_t>({1}, {0}).Constant<int64_t>({1}, {step});
  EXPECT_TRUE(t.Run().ok());
  return t.Output<float>(0);
}

TEST(SliceTest, StepsAndClamping) {
  using V = std::vector<float>;
  EXPECT_EQ(OneAxis(5, 1, 4, 1), (V{1, 2, 3}));
  EXPECT_EQ(OneAxis(5, 0, kFar, 2), (V{0, 2, 4}));
  EXPECT_EQ(OneAxis(5, -2, kFar, 1), (V{3, 4}));
  EXPECT_EQ(OneAxis(5, kFar, kNear, -2), (V{4, 2, 0}));
  EXPECT_EQ(OneAxis(5, 3, 0, -1), (V{3, 2, 1}));
  EXPECT_EQ(OneAxis(5, -100, 2, 1), (V{0, 1}));
  EXPECT_EQ(OneAxis(5, 4, 1, 1), V{});
  EXPECT_EQ(OneAxis(5, 2, 3, kFar), (V{2}));
  EXPECT_EQ(OneAxis(0, 0, 3, 1), V{});
}

TEST(SliceTest, SeveralAxesWithNegativeOnes) {
  OpTester t(kAllOps, "Slice", 10);
  t.Input<float>({2, 3, 4}, Iota(24));
  t.Constant<int32_t>({2}, {1, -1}).Constant<int32_t>({2}, {3, -5});
  t.Constant<int32_t>({2}, {-2, -1}).Constant<int32_t>({2}, {1, -3});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 2, 2}));
  EXPECT_EQ(t.Output<float>(0),
            (std::vector<float>{7, 4, 11, 8, 19, 16, 23, 20}));
}

TEST(SliceTest, AttributeForm) {
  OpTester t(kAllOps, "Slice", 1);
  t.Input<float>({3, 2}, Iota(6)).AttrInts("starts", {1});
  t.AttrInts("ends", {1000}).AttrInts("axes", {0});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (std::vector<float>{2, 3, 4, 5}));
}

TEST(SliceTest, StepZeroIsAnError) {
  OpTester t(kAllOps, "Slice", 13);
  t.Input<float>({3}, Iota(3)).Constant<int64_t>({1}, {0});
  t.Constant<int64_t>({1}, {3}).NoInput().Constant<int64_t>({1}, {0});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::cpu
