// Einsum, Unique, NonZero, Compress, NonMaxSuppression, TensorScatter.
#include <gtest/gtest.h>

#include <cmath>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

Status Einsum(const std::string& equation, Floats* out, Shape* dims) {
  OpTester t(kAllOps, "Einsum", 12);
  t.Input<float>({2, 2}, {1, 2, 3, 4}).Input<float>({2, 2}, {5, 6, 7, 8});
  t.AttrString("equation", equation);
  const Status status = t.Run();
  if (status.ok()) {
    *out = t.Output<float>(0);
    *dims = t.OutputShape(0);
  }
  return status;
}

TEST(EinsumTest, Equations) {
  Floats out;
  Shape dims;
  ASSERT_TRUE(Einsum("ij,jk->ik", &out, &dims).ok());
  EXPECT_EQ(out, (Floats{19, 22, 43, 50}));
  ASSERT_TRUE(Einsum("ij, jk", &out, &dims).ok());
  EXPECT_EQ(out, (Floats{19, 22, 43, 50}));
  ASSERT_TRUE(Einsum("ij,ij->", &out, &dims).ok());
  EXPECT_EQ(out, (Floats{70}));
  EXPECT_EQ(dims, Shape{});
  ASSERT_TRUE(Einsum("ii,jj->ij", &out, &dims).ok());
  EXPECT_EQ(out, (Floats{5, 8, 20, 32}));
  ASSERT_TRUE(Einsum("...j,...j->...", &out, &dims).ok());
  EXPECT_EQ(out, (Floats{17, 53}));
  EXPECT_EQ(Einsum("ij,k->ik", &out, &dims).code(),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_EQ(Einsum("ij,jk->il", &out, &dims).code(),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(UniqueTest, SortedAndByAppearance) {
  for (const bool sorted : {true, false}) {
    OpTester t(kAllOps, "Unique", 11);
    t.Input<float>({5}, {3, 1, 3, 2, 1}).AttrInt("sorted", sorted ? 1 : 0);
    t.Outputs({DataType::kFloat, DataType::kInt64, DataType::kInt64,
               DataType::kInt64});
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.Output<float>(0),
              sorted ? (Floats{1, 2, 3}) : (Floats{3, 1, 2}));
    EXPECT_EQ(t.Output<int64_t>(1), sorted ? (Ints{1, 3, 0}) : (Ints{0, 1, 3}));
    EXPECT_EQ(t.Output<int64_t>(2),
              sorted ? (Ints{2, 0, 2, 1, 0}) : (Ints{0, 1, 0, 2, 1}));
    EXPECT_EQ(t.Output<int64_t>(3), sorted ? (Ints{2, 1, 2}) : (Ints{2, 2, 1}));
  }
}

TEST(UniqueTest, SlicesStringsAndWrongDeclarations) {
  OpTester t(kAllOps, "Unique", 11);
  t.Input<float>({2, 3}, {1, 0, 1, 2, 3, 2}).AttrInt("axis", -1);
  t.OutputDims({{2, 3}});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 2}));
  EXPECT_EQ(t.Output<float>(0), (Floats{0, 1, 3, 2}));

  OpTester words(kAllOps, "Unique", 11);
  words.Strings({4}, {"b", "a", "", "b"}).Outputs({DataType::kString});
  ASSERT_TRUE(words.Run().ok());
  EXPECT_EQ(words.OutputStrings(0), (std::vector<std::string>{"", "a", "b"}));

  const float nan = std::nanf("");
  OpTester odd(kAllOps, "Unique", 11);
  odd.Input<float>({4}, {nan, 1, nan, -1});
  ASSERT_TRUE(odd.Run().ok());
  EXPECT_EQ(odd.OutputShape(0), (Shape{3}));
  EXPECT_EQ(odd.Output<float>(0)[0], -1);
}

TEST(NonZeroTest, CoordinatesByAxis) {
  OpTester t(kAllOps, "NonZero", 13);
  t.Input<float>({2, 2}, {0, 1, 2, 0}).Outputs({DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 2}));
  EXPECT_EQ(t.Output<int64_t>(0), (Ints{0, 1, 1, 0}));

  OpTester scalar(kAllOps, "NonZero", 13);
  scalar.Input<float>({}, {5}).Outputs({DataType::kInt64});
  ASSERT_TRUE(scalar.Run().ok());
  EXPECT_EQ(scalar.OutputShape(0), (Shape{0, 1}));
}

TEST(CompressTest, AxisAndShortCondition) {
  OpTester t(kAllOps, "Compress", 11);
  t.Input<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  t.Constant<bool>({2}, {false, true}).AttrInt("axis", 1);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 1}));
  EXPECT_EQ(t.Output<float>(0), (Floats{2, 5}));
}

TEST(NonMaxSuppressionTest, DropsOverlapsAndLowScores) {
  OpTester t(kAllOps, "NonMaxSuppression", 11);
  t.Input<float>({1, 4, 4},
                 {0, 0, 1, 1, 0, 0.1F, 1, 1.1F, 0, 5, 1, 6, 9, 9, 10, 10});
  t.Input<float>({1, 1, 4}, {0.8F, 0.9F, 0.7F, 0.1F});
  t.Input<int64_t>({1}, {3}).Input<float>({1}, {0.5F});
  t.Input<float>({1}, {0.2F}).Outputs({DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 3}));
  EXPECT_EQ(t.Output<int64_t>(0), (Ints{0, 0, 1, 0, 0, 2}));

  OpTester none(kAllOps, "NonMaxSuppression", 11);
  none.Input<float>({1, 1, 4}, {0, 0, 1, 1}).Input<float>({1, 1, 1}, {1});
  none.Outputs({DataType::kInt64});
  ASSERT_TRUE(none.Run().ok());
  EXPECT_EQ(none.OutputShape(0), (Shape{0, 3}));
}

TEST(TensorScatterTest, CircularWrapsAndLinearDoesNot) {
  for (const bool circular : {true, false}) {
    OpTester t(kAllOps, "TensorScatter", 24);
    t.Input<float>({1, 3, 1}, {1, 2, 3}).Input<float>({1, 2, 1}, {8, 9});
    t.Input<int64_t>({1}, {2});
    t.AttrString("mode", circular ? "circular" : "linear");
    const Status status = t.Run();
    if (circular) {
      ASSERT_TRUE(status.ok());
      EXPECT_EQ(t.Output<float>(0), (Floats{9, 2, 8}));
    } else {
      EXPECT_EQ(status.code(), ONNXIFI_STATUS_INTERNAL_ERROR);
    }
  }
}

}  // namespace
}  // namespace onnxifi::cpu
