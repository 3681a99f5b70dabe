// Gather, GatherElements, GatherND, ScatterElements, ScatterND.
#include <gtest/gtest.h>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

TEST(GatherTest, InnerAxisWithNegativeIndices) {
  OpTester t(kAllOps, "Gather", 13);
  t.Input<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  t.Input<int32_t>({2, 2}, {-1, 0, 1, 1}).AttrInt("axis", 1);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 2, 2}));
  EXPECT_EQ(t.Output<float>(0), (Floats{3, 1, 2, 2, 6, 4, 5, 5}));
}

TEST(GatherTest, ScalarIndexDropsTheAxis) {
  OpTester t(kAllOps, "Gather", 1);
  t.Input<float>({2, 2}, {1, 2, 3, 4}).Input<int64_t>({}, {1});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2}));
  EXPECT_EQ(t.Output<float>(0), (Floats{3, 4}));
}

TEST(GatherTest, OutOfRangeIsReported) {
  for (const int64_t bad : {int64_t{2}, int64_t{-3}, int64_t{1} << 40}) {
    OpTester t(kAllOps, "Gather", 13);
    t.Input<float>({2}, {1, 2}).Input<int64_t>({1}, {bad});
    EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR) << bad;
  }
}

TEST(GatherElementsTest, OneCoordinateIsReplaced) {
  OpTester t(kAllOps, "GatherElements", 13);
  t.Input<float>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  t.Input<int64_t>({2, 3}, {1, -1, 0, 2, 0, 0}).AttrInt("axis", 0);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (Floats{4, 8, 3, 7, 2, 3}));
}

TEST(GatherElementsTest, OutOfRangeIsReported) {
  OpTester t(kAllOps, "GatherElements", 13);
  t.Input<float>({2}, {1, 2}).Input<int64_t>({1}, {2});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(GatherNdTest, TuplesAndBatches) {
  OpTester t(kAllOps, "GatherND", 13);
  t.Input<float>({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  t.Input<int64_t>({2, 1}, {1, 0}).AttrInt("batch_dims", 1);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 2}));
  EXPECT_EQ(t.Output<float>(0), (Floats{2, 3, 4, 5}));

  OpTester bad(kAllOps, "GatherND", 11);
  bad.Input<float>({2, 2}, {0, 1, 2, 3}).Input<int64_t>({1, 2}, {0, 2});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

Status Scatter(const std::string& reduction, Floats* out) {
  OpTester t(kAllOps, "ScatterElements", 18);
  t.Input<float>({4}, {1, 2, 3, 4}).Input<int64_t>({3}, {1, -1, 1});
  t.Input<float>({3}, {5, 6, -7}).AttrString("reduction", reduction);
  const Status status = t.Run();
  if (status.ok()) *out = t.Output<float>(0);
  return status;
}

TEST(ScatterElementsTest, Reductions) {
  Floats out;
  ASSERT_TRUE(Scatter("none", &out).ok());
  EXPECT_EQ(out, (Floats{1, -7, 3, 6}));
  ASSERT_TRUE(Scatter("add", &out).ok());
  EXPECT_EQ(out, (Floats{1, 0, 3, 10}));
  ASSERT_TRUE(Scatter("mul", &out).ok());
  EXPECT_EQ(out, (Floats{1, -70, 3, 24}));
  ASSERT_TRUE(Scatter("max", &out).ok());
  EXPECT_EQ(out, (Floats{1, 5, 3, 6}));
  ASSERT_TRUE(Scatter("min", &out).ok());
  EXPECT_EQ(out, (Floats{1, -7, 3, 4}));
  EXPECT_EQ(Scatter("what", &out).code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(ScatterElementsTest, OutOfRangeIsReported) {
  OpTester t(kAllOps, "ScatterElements", 11);
  t.Input<float>({2}, {1, 2}).Input<int64_t>({1}, {2}).Input<float>({1}, {0});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(ScatterNdTest, SlicesAndIntegerWrap) {
  OpTester t(kAllOps, "ScatterND", 16);
  t.Input<int16_t>({2, 2}, {32767, 1, 2, 3});
  t.Input<int64_t>({2, 1}, {0, 0});
  t.Input<int16_t>({2, 2}, {1, 10, 0, 100}).AttrString("reduction", "add");
  t.Outputs({DataType::kInt16});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<int16_t>(0), (std::vector<int16_t>{-32768, 111, 2, 3}));
}

}  // namespace
}  // namespace onnxifi::cpu
