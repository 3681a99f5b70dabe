// Pad and CenterCropPad.
#include <gtest/gtest.h>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

Floats PadRow(const std::string& mode, const Floats& row,
              std::vector<int64_t> pads) {
  OpTester t(kAllOps, "Pad", 19);
  t.Input<float>({static_cast<int64_t>(row.size())}, row);
  t.Constant<int64_t>({2}, pads).AttrString("mode", mode);
  EXPECT_TRUE(t.Run().ok());
  return t.Output<float>(0);
}

TEST(PadTest, Modes) {
  const Floats row = {1, 2, 3};
  EXPECT_EQ(PadRow("constant", row, {2, 1}), (Floats{0, 0, 1, 2, 3, 0}));
  EXPECT_EQ(PadRow("edge", row, {2, 1}), (Floats{1, 1, 1, 2, 3, 3}));
  EXPECT_EQ(PadRow("reflect", row, {2, 2}), (Floats{3, 2, 1, 2, 3, 2, 1}));
  EXPECT_EQ(PadRow("reflect", row, {5, 0}), (Floats{2, 1, 2, 3, 2, 1, 2, 3}));
  EXPECT_EQ(PadRow("wrap", row, {4, 1}), (Floats{3, 1, 2, 3, 1, 2, 3, 1}));
  EXPECT_EQ(PadRow("constant", row, {-1, 1}), (Floats{2, 3, 0}));
  EXPECT_EQ(PadRow("reflect", {7}, {1, 1}), (Floats{7, 7, 7}));
}

TEST(PadTest, FillValueAxesAndWholeInnerAxis) {
  OpTester t(kAllOps, "Pad", 18);
  t.Input<int32_t>({2, 2}, {1, 2, 3, 4});
  t.Constant<int64_t>({2}, {1, 0}).Input<int32_t>({}, {9});
  t.Constant<int64_t>({1}, {-2}).Outputs({DataType::kInt32});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{3, 2}));
  EXPECT_EQ(t.Output<int32_t>(0), (std::vector<int32_t>{9, 9, 1, 2, 3, 4}));
}

TEST(PadTest, AttributeForms) {
  OpTester two(kAllOps, "Pad", 2);
  two.Input<float>({1, 2}, {1, 2}).AttrInts("pads", {0, 1, 1, 0});
  two.AttrFloat("value", 5);
  ASSERT_TRUE(two.Run().ok());
  EXPECT_EQ(two.Output<float>(0), (Floats{5, 1, 2, 5, 5, 5}));

  OpTester half(kAllOps, "Pad", 2);
  half.RawInput(DataType::kFloat16, {1}, {std::byte{1}, std::byte{2}}, false);
  half.AttrInts("pads", {1, 0}).AttrFloat("value", 1);
  ASSERT_TRUE(half.Outputs({DataType::kFloat16}).Run().ok());
  EXPECT_EQ(half.Output<uint16_t>(0), (std::vector<uint16_t>{0x3C00, 0x0201}));

  OpTester one(kAllOps, "Pad", 1);
  one.Input<float>({2}, {1, 2}).AttrInts("paddings", {0, 1});
  ASSERT_TRUE(one.Run().ok());
  EXPECT_EQ(one.Output<float>(0), (Floats{1, 2, 0}));
}

TEST(PadTest, WrongPadsAndModes) {
  OpTester t(kAllOps, "Pad", 13);
  t.Input<float>({2}, {1, 2}).Constant<int64_t>({3}, {0, 1, 1});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  OpTester mode(kAllOps, "Pad", 13);
  mode.Input<float>({2}, {1, 2}).Constant<int64_t>({2}, {0, 1});
  mode.AttrString("mode", "mirror");
  EXPECT_EQ(mode.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(CenterCropPadTest, CropsAndPads) {
  OpTester t(kAllOps, "CenterCropPad", 18);
  t.Input<float>({2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  t.Constant<int64_t>({2}, {3, 2});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (Floats{1, 2, 6, 7, 0, 0}));
}

}  // namespace
}  // namespace onnxifi::cpu
