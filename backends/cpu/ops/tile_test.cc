// Expand, Tile, Range, EyeLike, Trilu, OneHot, DepthToSpace, SpaceToDepth,
// ReverseSequence.
#include <gtest/gtest.h>

#include <numeric>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

TEST(ExpandTest, BothWaysAndToZero) {
  OpTester t(kAllOps, "Expand", 13);
  t.Input<float>({2, 1}, {1, 2}).Constant<int64_t>({3}, {2, 1, 3});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 2, 3}));
  EXPECT_EQ(t.Output<float>(0), (Floats{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}));

  OpTester zero(kAllOps, "Expand", 8);
  zero.Input<float>({1}, {1}).Constant<int64_t>({1}, {0});
  ASSERT_TRUE(zero.Run().ok());
  EXPECT_EQ(zero.OutputShape(0), (Shape{0}));
}

TEST(TileTest, EveryAxisAndOpset1) {
  OpTester t(kAllOps, "Tile", 13);
  t.Input<float>({2, 2}, {1, 2, 3, 4}).Constant<int64_t>({2}, {2, 2});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (Floats{1, 2, 1, 2, 3, 4, 3, 4,  //
                                        1, 2, 1, 2, 3, 4, 3, 4}));

  OpTester one(kAllOps, "Tile", 1);
  one.Input<float>({2, 1}, {1, 2}).Constant<float>({}, {3});
  one.Constant<float>({}, {1});
  ASSERT_TRUE(one.Run().ok());
  EXPECT_EQ(one.Output<float>(0), (Floats{1, 1, 1, 2, 2, 2}));
}

TEST(RangeTest, UpDownEmptyAndZeroDelta) {
  const auto range = [](int64_t a, int64_t b, int64_t d, Status* status) {
    OpTester t(kAllOps, "Range", 11);
    t.Constant<int64_t>({}, {a}).Constant<int64_t>({}, {b});
    t.Constant<int64_t>({}, {d}).Outputs({DataType::kInt64});
    *status = t.Run();
    return status->ok() ? t.Output<int64_t>(0) : std::vector<int64_t>{};
  };
  using V = std::vector<int64_t>;
  Status status;
  EXPECT_EQ(range(1, 8, 3, &status), (V{1, 4, 7}));
  EXPECT_EQ(range(10, 4, -2, &status), (V{10, 8, 6}));
  EXPECT_EQ(range(4, 4, 1, &status), V{});
  EXPECT_TRUE(status.ok());
  range(0, 1, 0, &status);
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(EyeLikeTest, DiagonalAndType) {
  OpTester t(kAllOps, "EyeLike", 9);
  t.Input<float>({2, 3}, Floats(6)).AttrInt("k", 1).AttrInt("dtype", 10);
  t.Outputs({DataType::kFloat16});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<uint16_t>(0),
            (std::vector<uint16_t>{0, 0x3C00, 0, 0, 0, 0x3C00}));
}

TEST(TriluTest, UpperAndLower) {
  const Floats in = {1, 2, 3, 4, 5, 6};
  OpTester upper(kAllOps, "Trilu", 14);
  upper.Input<float>({2, 3}, in);
  ASSERT_TRUE(upper.Run().ok());
  EXPECT_EQ(upper.Output<float>(0), (Floats{1, 2, 3, 0, 5, 6}));
  OpTester lower(kAllOps, "Trilu", 14);
  lower.Input<float>({2, 3}, in).Input<int64_t>({}, {-1});
  lower.AttrInt("upper", 0);
  ASSERT_TRUE(lower.Run().ok());
  EXPECT_EQ(lower.Output<float>(0), (Floats{0, 0, 0, 4, 0, 0}));
}

TEST(OneHotTest, AxisAndOutOfRange) {
  OpTester t(kAllOps, "OneHot", 11);
  t.Input<int64_t>({3}, {0, -1, 7}).Constant<int64_t>({}, {2});
  t.Input<float>({2}, {5, 1}).AttrInt("axis", 0);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 3}));
  EXPECT_EQ(t.Output<float>(0), (Floats{1, 5, 5, 5, 1, 5}));
}

TEST(DepthToSpaceTest, ModesAndBack) {
  Floats in(8);
  std::iota(in.begin(), in.end(), 0.0F);
  OpTester dcr(kAllOps, "DepthToSpace", 13);
  dcr.Input<float>({1, 8, 1, 1}, in).AttrInt("blocksize", 2);
  ASSERT_TRUE(dcr.Run().ok());
  EXPECT_EQ(dcr.OutputShape(0), (Shape{1, 2, 2, 2}));
  EXPECT_EQ(dcr.Output<float>(0), (Floats{0, 2, 4, 6, 1, 3, 5, 7}));

  OpTester crd(kAllOps, "DepthToSpace", 13);
  crd.Input<float>({1, 8, 1, 1}, in).AttrInt("blocksize", 2);
  crd.AttrString("mode", "CRD");
  ASSERT_TRUE(crd.Run().ok());
  EXPECT_EQ(crd.Output<float>(0), in);

  OpTester back(kAllOps, "SpaceToDepth", 13);
  back.Input<float>({1, 2, 2, 2}, {0, 2, 4, 6, 1, 3, 5, 7});
  back.AttrInt("blocksize", 2);
  ASSERT_TRUE(back.Run().ok());
  EXPECT_EQ(back.Output<float>(0), in);
}

TEST(ReverseSequenceTest, LengthsPerBatch) {
  OpTester t(kAllOps, "ReverseSequence", 10);
  t.Input<float>({2, 3}, {1, 2, 3, 4, 5, 6}).Input<int64_t>({2}, {2, 3});
  t.AttrInt("time_axis", 1).AttrInt("batch_axis", 0);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (Floats{2, 1, 3, 6, 5, 4}));

  OpTester bad(kAllOps, "ReverseSequence", 10);
  bad.Input<float>({2, 1}, {1, 2}).Input<int64_t>({1}, {3});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

}  // namespace
}  // namespace onnxifi::cpu
