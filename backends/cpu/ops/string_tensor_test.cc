// Strings through the operators that move, compare and convert elements.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "backends/cpu/testing/node_tester.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::NodeTester;
using Texts = std::vector<std::string>;

// Longer than a short string's own buffer, so that a wrong owner is seen.
const std::string kLong(100, 'x');

Texts Moved(NodeTester& t, const Shape& dims) {
  const Status status = t.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  if (!status.ok()) return {};
  EXPECT_EQ(t.OutDims(0), dims);
  return t.Out<std::string>(0);
}

NodeTester Of(const std::string& op, int opset, Shape dims, Texts texts) {
  NodeTester t(op, opset);
  t.Input<std::string>(std::move(dims), std::move(texts));
  return t;
}

TEST(StringTensorTest, GathersAndScatters) {
  NodeTester gather = Of("Gather", 13, {3}, {"a", kLong, "c"});
  gather.Input<int64_t>({2}, {1, -1});
  EXPECT_EQ(Moved(gather, {2}), (Texts{kLong, "c"}));

  NodeTester elements = Of("GatherElements", 13, {2, 2}, {"a", "b", "c", "d"});
  elements.Int("axis", 1).Input<int64_t>({2, 1}, {1, 0});
  EXPECT_EQ(Moved(elements, {2, 1}), (Texts{"b", "c"}));

  NodeTester nd = Of("GatherND", 13, {2, 2}, {"a", "b", "c", "d"});
  nd.Input<int64_t>({1, 2}, {1, 0});
  EXPECT_EQ(Moved(nd, {1}), (Texts{"c"}));

  NodeTester scatter = Of("ScatterElements", 18, {3}, {"a", "b", "c"});
  scatter.Input<int64_t>({1}, {1}).Input<std::string>({1}, {kLong});
  EXPECT_EQ(Moved(scatter, {3}), (Texts{"a", kLong, "c"}));

  NodeTester scatter_nd = Of("ScatterND", 18, {3}, {"a", "b", "c"});
  scatter_nd.Input<int64_t>({1, 1}, {2}).Input<std::string>({1}, {"z"});
  EXPECT_EQ(Moved(scatter_nd, {3}), (Texts{"a", "b", "z"}));

  NodeTester tensor = Of("TensorScatter", 24, {1, 3, 1}, {"a", "b", "c"});
  tensor.Int("axis", 1).Input<std::string>({1, 1, 1}, {"z"});
  tensor.Input<int64_t>({1}, {1});
  EXPECT_EQ(Moved(tensor, {1, 3, 1}), (Texts{"a", "z", "c"}));
}

TEST(StringTensorTest, ScatterHasNoSumOfStrings) {
  NodeTester t = Of("ScatterElements", 18, {1}, {"a"});
  t.Text("reduction", "add").Input<int64_t>({1}, {0});
  t.Input<std::string>({1}, {"b"});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

TEST(StringTensorTest, ChangesShapes) {
  const Texts four = {"a", "b", kLong, "d"};
  NodeTester reshape = Of("Reshape", 21, {4}, four);
  reshape.Constant<int64_t>({2}, {2, -1});
  EXPECT_EQ(Moved(reshape, {2, 2}), four);
  NodeTester late = Of("Reshape", 21, {4}, four);
  late.Input<int64_t>({2}, {-1, 2});
  EXPECT_EQ(Moved(late, {2, 2}), four);
  NodeTester flatten = Of("Flatten", 21, {2, 2, 1}, four);
  EXPECT_EQ(Moved(flatten, {2, 2}), four);
  NodeTester squeeze = Of("Squeeze", 21, {1, 4}, four);
  EXPECT_EQ(Moved(squeeze, {4}), four);
  NodeTester unsqueeze = Of("Unsqueeze", 21, {4}, four);
  unsqueeze.Constant<int64_t>({1}, {0});
  EXPECT_EQ(Moved(unsqueeze, {1, 4}), four);
  NodeTester identity = Of("Identity", 21, {4}, four);
  EXPECT_EQ(Moved(identity, {4}), four);

  NodeTester shape = Of("Shape", 21, {2, 2}, four);
  ASSERT_TRUE(shape.Run().ok());
  EXPECT_EQ(shape.Out<int64_t>(0), (std::vector<int64_t>{2, 2}));
  NodeTester size = Of("Size", 21, {2, 2}, four);
  ASSERT_TRUE(size.Run().ok());
  EXPECT_EQ(size.Out<int64_t>(0), (std::vector<int64_t>{4}));
}

TEST(StringTensorTest, CopiesPartsAndRepeats) {
  const Texts six = {"a", "b", "c", "d", "e", kLong};
  NodeTester transpose = Of("Transpose", 21, {2, 3}, six);
  EXPECT_EQ(Moved(transpose, {3, 2}), (Texts{"a", "d", "b", "e", "c", kLong}));
  NodeTester slice = Of("Slice", 13, {6}, six);
  slice.Constant<int64_t>({1}, {5}).Constant<int64_t>({1}, {-7});
  slice.Constant<int64_t>({1}, {0}).Constant<int64_t>({1}, {-2});
  EXPECT_EQ(Moved(slice, {3}), (Texts{kLong, "d", "b"}));
  NodeTester tile = Of("Tile", 13, {1, 2}, {"a", "b"});
  tile.Constant<int64_t>({2}, {2, 2});
  EXPECT_EQ(Moved(tile, {2, 4}),
            (Texts{"a", "b", "a", "b", "a", "b", "a", "b"}));
  NodeTester expand = Of("Expand", 13, {2, 1}, {"a", "b"});
  expand.Constant<int64_t>({2}, {1, 2});
  EXPECT_EQ(Moved(expand, {2, 2}), (Texts{"a", "a", "b", "b"}));
  NodeTester concat = Of("Concat", 13, {1}, {"a"});
  concat.Int("axis", 0).Input<std::string>({2}, {"b", kLong});
  EXPECT_EQ(Moved(concat, {3}), (Texts{"a", "b", kLong}));
  NodeTester reverse = Of("ReverseSequence", 10, {3, 1}, {"a", "b", "c"});
  reverse.Input<int64_t>({1}, {2});
  EXPECT_EQ(Moved(reverse, {3, 1}), (Texts{"b", "a", "c"}));
  NodeTester compress = Of("Compress", 11, {3}, {"a", "b", "c"});
  compress.Int("axis", 0).Constant<bool>({3}, {true, false, true});
  EXPECT_EQ(Moved(compress, {2}), (Texts{"a", "c"}));

  NodeTester split = Of("Split", 18, {4}, {"a", "b", "c", "d"});
  split.Int("num_outputs", 2).Outputs(2);
  ASSERT_TRUE(split.Run().ok());
  EXPECT_EQ(split.Out<std::string>(1), (Texts{"c", "d"}));
}

TEST(StringTensorTest, MovesBlocksOfImages) {
  const Texts four = {"a", "b", "c", "d"};
  NodeTester depth = Of("DepthToSpace", 13, {1, 4, 1, 1}, four);
  depth.Int("blocksize", 2);
  EXPECT_EQ(Moved(depth, {1, 1, 2, 2}), four);
  NodeTester space = Of("SpaceToDepth", 13, {1, 1, 2, 2}, four);
  space.Int("blocksize", 2);
  EXPECT_EQ(Moved(space, {1, 4, 1, 1}), four);
  NodeTester resize = Of("Resize", 19, {2}, {"a", kLong});
  resize.Text("mode", "nearest").NoInput().Constant<float>({1}, {2});
  EXPECT_EQ(Moved(resize, {4}), (Texts{"a", "a", kLong, kLong}));
  NodeTester upsample = Of("Upsample", 9, {1, 2}, {"a", "b"});
  upsample.Constant<float>({2}, {1, 2});
  EXPECT_EQ(Moved(upsample, {1, 4}), (Texts{"a", "a", "b", "b"}));
  NodeTester linear = Of("Resize", 19, {2}, {"a", "b"});
  linear.Text("mode", "linear").NoInput().Constant<float>({1}, {2});
  EXPECT_EQ(linear.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);

  NodeTester sample = Of("GridSample", 20, {1, 1, 2, 2}, four);
  sample.Text("mode", "nearest");
  sample.Input<float>({1, 1, 3, 2}, {-0.5f, -0.5f, 0.5f, 0.5f, 9, 9});
  EXPECT_EQ(Moved(sample, {1, 1, 1, 3}), (Texts{"a", "d", ""}));
  NodeTester bilinear = Of("GridSample", 20, {1, 1, 2, 2}, four);
  bilinear.Input<float>({1, 1, 1, 2}, {0, 0});
  EXPECT_EQ(bilinear.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

TEST(StringTensorTest, FillsWithStrings) {
  NodeTester pad = Of("Pad", 21, {2}, {"a", "b"});
  pad.Constant<int64_t>({2}, {1, 1}).Input<std::string>({}, {kLong});
  EXPECT_EQ(Moved(pad, {4}), (Texts{kLong, "a", "b", kLong}));
  NodeTester empty = Of("Pad", 21, {1}, {"a"});
  empty.Constant<int64_t>({2}, {1, 0});
  EXPECT_EQ(Moved(empty, {2}), (Texts{"", "a"}));
  NodeTester wrong = Of("Pad", 21, {1}, {"a"});
  wrong.Constant<int64_t>({2}, {1, 0}).Input<int64_t>({}, {1});
  EXPECT_EQ(wrong.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);

  NodeTester crop = Of("CenterCropPad", 18, {2}, {"a", "b"});
  crop.Constant<int64_t>({1}, {4});
  EXPECT_EQ(Moved(crop, {4}), (Texts{"", "a", "b", ""}));
  NodeTester trilu = Of("Trilu", 14, {2, 2}, {"a", "b", "c", "d"});
  EXPECT_EQ(Moved(trilu, {2, 2}), (Texts{"a", "b", "", "d"}));

  NodeTester one_hot("OneHot", 11);
  one_hot.Input<int64_t>({2}, {1, 0}).Constant<int64_t>({}, {2});
  one_hot.Input<std::string>({2}, {"off", kLong});
  EXPECT_EQ(Moved(one_hot, {2, 2}), (Texts{"off", kLong, kLong, "off"}));
}

TEST(StringTensorTest, ChoosesAndCompares) {
  NodeTester where("Where", 16);
  where.Input<bool>({2, 1}, {true, false});
  where.Input<std::string>({2}, {"a", kLong}).Input<std::string>({1}, {"z"});
  EXPECT_EQ(Moved(where, {2, 2}), (Texts{"a", kLong, "z", "z"}));
  NodeTester mixed("Where", 16);
  mixed.Input<bool>({1}, {true});
  mixed.Input<std::string>({1}, {"a"}).Input<int64_t>({1}, {1});
  EXPECT_EQ(mixed.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);

  NodeTester equal = Of("Equal", 19, {2, 1}, {kLong, "b"});
  equal.Input<std::string>({3}, {"b", kLong, ""});
  ASSERT_TRUE(equal.Run().ok());
  EXPECT_EQ(equal.OutDims(0), (Shape{2, 3}));
  EXPECT_EQ(equal.Out<bool>(0),
            (std::vector<bool>{false, true, false, true, false, false}));
  NodeTester old = Of("Equal", 13, {1}, {"a"});
  old.Input<std::string>({1}, {"a"});
  EXPECT_FALSE(old.Run().ok());
}

TEST(StringTensorTest, RefusesWhereStringsHaveNoMeaning) {
  NodeTester bits = Of("BitCast", 26, {1}, {"a"});
  bits.Int("to", static_cast<int64_t>(DataType::kComplex128));
  EXPECT_EQ(bits.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  NodeTester back("BitCast", 26);
  back.Int("to", static_cast<int64_t>(DataType::kString));
  back.Input<int64_t>({2}, {1, 2});
  EXPECT_EQ(back.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  for (const char* op : {"Dropout", "Relu", "Neg"}) {
    NodeTester t = Of(op, 22, {1}, {"a"});
    EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE) << op;
  }
}

// What was a constant of strings is folded, and the strings live on.
TEST(StringTensorTest, ConstantsAreFoldedWithTheirCharacters) {
  NodeTester gather("Gather", 13);
  gather.Constant<std::string>({2}, {"a", kLong});
  gather.Constant<int64_t>({1}, {1});
  EXPECT_EQ(Moved(gather, {1}), (Texts{kLong}));

  NodeTester encoder("LabelEncoder", 2, "ai.onnx.ml");
  encoder.Ints("keys_int64s", {1}).Texts("values_strings", {kLong});
  encoder.Constant<int64_t>({2}, {1, 7});
  EXPECT_EQ(Moved(encoder, {2}), (Texts{kLong, "_Unused"}));
}

NodeTester Cast(DataType to) {
  NodeTester t("Cast", 21);
  t.Int("to", static_cast<int64_t>(to));
  return t;
}

TEST(StringCastTest, NumbersBecomeText) {
  NodeTester floats = Cast(DataType::kString);
  floats.Input<float>({5}, {0.1f, 1, std::nanf(""), INFINITY, -INFINITY});
  EXPECT_EQ(Moved(floats, {5}), (Texts{"0.1", "1.0", "NaN", "INF", "-INF"}));
  NodeTester ints = Cast(DataType::kString);
  ints.Input<int16_t>({2, 1}, {-300, 7});
  EXPECT_EQ(Moved(ints, {2, 1}), (Texts{"-300", "7"}));
  NodeTester flags = Cast(DataType::kString);
  flags.Input<bool>({2}, {true, false});
  EXPECT_EQ(Moved(flags, {2}), (Texts{"1", "0"}));
  NodeTester same = Cast(DataType::kString);
  same.Input<std::string>({1}, {kLong});
  EXPECT_EQ(Moved(same, {1}), (Texts{kLong}));
}

template <typename T>
std::vector<T> Read(Texts texts) {
  NodeTester t = Cast(kDataTypeOf<T>);
  const auto count = static_cast<int64_t>(texts.size());
  t.Input<std::string>({count}, std::move(texts));
  const Status status = t.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  return status.ok() ? t.Out<T>(0) : std::vector<T>();
}

TEST(StringCastTest, TextBecomesNumbers) {
  EXPECT_EQ(Read<float>({"0.1", "-1e3", "+INF"}),
            (std::vector<float>{0.1f, -1000, INFINITY}));
  EXPECT_EQ(Read<double>({"0.1"}), (std::vector<double>{0.1}));
  EXPECT_EQ(Read<int32_t>({"-5", "100.5"}), (std::vector<int32_t>{-5, 100}));
  EXPECT_EQ(Read<int8_t>({"200"}), (std::vector<int8_t>{-56}));
  EXPECT_EQ(Read<uint64_t>({"18446744073709551615"}),
            (std::vector<uint64_t>{~uint64_t{0}}));
  EXPECT_EQ(Read<bool>({"1", "0", "True", "false"}),
            (std::vector<bool>{true, false, true, false}));
  const std::vector<Float16> half = Read<Float16>({"0.1"});
  ASSERT_EQ(half.size(), 1u);
  EXPECT_EQ(half[0].bits, FromFloat<Float16>(0.1f).bits);
}

TEST(StringCastTest, SaysWhichTextIsNoNumber) {
  NodeTester t = Cast(DataType::kInt64);
  t.Input<std::string>({2}, {"1", "Hello World!"});
  const Status status = t.Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(status.message().find("'Hello World!'"), std::string::npos)
      << status.message();
}

TEST(StringCastTest, CastLikeFollowsItsSecondInput) {
  NodeTester t("CastLike", 21);
  t.Input<std::string>({1}, {"2.5"}).Input<double>({0}, {});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<double>(0), (std::vector<double>{2.5}));
  NodeTester back("CastLike", 21);
  back.Input<double>({1}, {2.5}).Input<std::string>({1}, {""});
  EXPECT_EQ(Moved(back, {1}), (Texts{"2.5"}));
}

TEST(StringCastTest, OldVersionsHaveNoStrings) {
  NodeTester t("Cast", 8);
  t.Int("to", static_cast<int64_t>(DataType::kString)).Input<float>({1}, {1});
  EXPECT_FALSE(t.Run().ok());
}

}  // namespace
}  // namespace onnxifi::cpu
