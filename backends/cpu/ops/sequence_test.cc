// Operators on sequences and optionals.
#include <gtest/gtest.h>

#include "backends/cpu/testing/model_runner.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using onnxifi::testing::OpTester;
using testing::ElementsOf;
using testing::ModelRunner;
using testing::TensorOf;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
using Kind = graph::Value::Kind;

RunValue Abc() {
  return RunValue::Sequence({TensorOf<float>({1}, {1}),
                             TensorOf<float>({2}, {2, 2}),
                             TensorOf<float>({}, {3})});
}

Floats Firsts(const RunValue& sequence) {
  Floats firsts;
  for (const RunValue& element : sequence.elements) {
    firsts.push_back(ElementsOf<float>(element).at(0));
  }
  return firsts;
}

TEST(SequenceTest, AtCountsFromBothEnds) {
  for (const auto& [position, value] : std::vector<std::pair<int64_t, float>>{
           {0, 1}, {2, 3}, {-1, 3}, {-3, 1}}) {
    OpTester t(kAllOps, "SequenceAt", 11);
    t.Value(Abc()).Input<int64_t>({}, {position});
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.Output<float>(0)[0], value) << position;
  }
  for (const int64_t position : {3, -4}) {
    OpTester t(kAllOps, "SequenceAt", 11);
    t.Value(Abc()).Input<int64_t>({}, {position});
    EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  }
  OpTester narrow(kAllOps, "SequenceAt", 11);
  narrow.Value(Abc()).Input<int32_t>({}, {1}).Untyped();
  ASSERT_TRUE(narrow.Run().ok());
  EXPECT_EQ(narrow.OutputShape(0), (Shape{2}));
}

TEST(SequenceTest, InsertAndErase) {
  const RunValue nine = TensorOf<float>({1}, {9});
  for (const auto& [position, firsts] :
       std::vector<std::pair<int64_t, Floats>>{{0, {9, 1, 2, 3}},
                                               {3, {1, 2, 3, 9}},
                                               {-1, {1, 2, 9, 3}},
                                               {-3, {9, 1, 2, 3}}}) {
    OpTester t(kAllOps, "SequenceInsert", 11);
    t.Value(Abc()).Value(nine).Input<int64_t>({}, {position});
    t.OutputKinds({Kind::kSequence});
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(Firsts(t.OutputValue(0)), firsts) << position;
  }
  OpTester back(kAllOps, "SequenceInsert", 11);
  back.Value(Abc()).Value(nine).OutputKinds({Kind::kSequence});
  ASSERT_TRUE(back.Run().ok());
  EXPECT_EQ(Firsts(back.OutputValue(0)), (Floats{1, 2, 3, 9}));

  OpTester far(kAllOps, "SequenceInsert", 11);
  far.Value(Abc()).Value(nine).Input<int64_t>({}, {4});
  far.OutputKinds({Kind::kSequence});
  EXPECT_EQ(far.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);

  OpTester type(kAllOps, "SequenceInsert", 11);
  type.Value(Abc()).Input<int64_t>({}, {4}).OutputKinds({Kind::kSequence});
  EXPECT_EQ(type.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);

  OpTester erase(kAllOps, "SequenceErase", 11);
  erase.Value(Abc()).Input<int64_t>({}, {1}).OutputKinds({Kind::kSequence});
  ASSERT_TRUE(erase.Run().ok());
  EXPECT_EQ(Firsts(erase.OutputValue(0)), (Floats{1, 3}));

  OpTester last(kAllOps, "SequenceErase", 11);
  last.Value(Abc()).OutputKinds({Kind::kSequence});
  ASSERT_TRUE(last.Run().ok());
  EXPECT_EQ(Firsts(last.OutputValue(0)), (Floats{1, 2}));

  OpTester empty(kAllOps, "SequenceErase", 11);
  empty.Value(RunValue::Sequence({})).OutputKinds({Kind::kSequence});
  EXPECT_EQ(empty.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(SequenceTest, ConstructEmptyAndLength) {
  OpTester made(kAllOps, "SequenceConstruct", 11);
  made.Input<float>({1}, {4}).Constant<float>({2}, {5, 6});
  made.OutputKinds({Kind::kSequence});
  ASSERT_TRUE(made.Run().ok());
  EXPECT_EQ(Firsts(made.OutputValue(0)), (Floats{4, 5}));

  OpTester mixed(kAllOps, "SequenceConstruct", 11);
  mixed.Input<float>({1}, {4}).Input<int64_t>({1}, {4});
  mixed.OutputKinds({Kind::kSequence});
  EXPECT_EQ(mixed.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);

  OpTester empty(kAllOps, "SequenceEmpty", 11);
  empty.OutputKinds({Kind::kSequence});
  ASSERT_TRUE(empty.Run().ok());
  EXPECT_TRUE(empty.OutputValue(0).is_sequence());
  EXPECT_TRUE(empty.OutputValue(0).elements.empty());

  OpTester length(kAllOps, "SequenceLength", 11);
  length.Value(Abc()).Outputs({DataType::kInt64});
  ASSERT_TRUE(length.Run().ok());
  EXPECT_EQ(length.Output<int64_t>(0), (Ints{3}));
  EXPECT_EQ(length.OutputShape(0), Shape{});
}

TEST(SequenceTest, ATensorIsNoSequence) {
  OpTester refused(kAllOps, "SequenceLength", 11);
  refused.Input<float>({1}, {1});
  EXPECT_EQ(refused.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  OpTester found_late(kAllOps, "SequenceLength", 11);
  found_late.Input<float>({1}, {1}).Untyped();
  EXPECT_EQ(found_late.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
}

OpTester SplitSix(int64_t axis, int64_t keep) {
  OpTester t(kAllOps, "SplitToSequence", 24);
  t.Input<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  t.AttrInt("axis", axis).AttrInt("keepdims", keep);
  t.OutputKinds({Kind::kSequence});
  return t;
}

TEST(SplitToSequenceTest, OnesScalarsAndLists) {
  OpTester ones = SplitSix(-1, 0);
  ASSERT_TRUE(ones.Run().ok());
  ASSERT_EQ(ones.OutputValue(0).elements.size(), 3u);
  const RunValue& last = ones.OutputValue(0).elements[2];
  EXPECT_EQ(last.tensor->dims, (Shape{2}));
  EXPECT_EQ(ElementsOf<float>(last), (Floats{3, 6}));

  // With `split` the dimension stays, whatever keepdims says.
  OpTester two = SplitSix(1, 0);
  two.Input<int64_t>({}, {2});
  ASSERT_TRUE(two.Run().ok());
  ASSERT_EQ(two.OutputValue(0).elements.size(), 2u);
  EXPECT_EQ(ElementsOf<float>(two.OutputValue(0).elements[0]),
            (Floats{1, 2, 4, 5}));
  EXPECT_EQ(two.OutputValue(0).elements[1].tensor->dims, (Shape{2, 1}));

  OpTester list = SplitSix(0, 1);
  list.Input<int32_t>({3}, {1, 0, 1});
  ASSERT_TRUE(list.Run().ok());
  EXPECT_EQ(list.OutputValue(0).elements[1].tensor->dims, (Shape{0, 3}));
  EXPECT_EQ(ElementsOf<float>(list.OutputValue(0).elements[2]),
            (Floats{4, 5, 6}));
}

TEST(SplitToSequenceTest, WrongSizesAreErrors) {
  for (const Ints& sizes : {Ints{1, 2}, Ints{-1, 3}, Ints{INT64_MAX, 3}}) {
    OpTester t = SplitSix(0, 1);
    t.Input<int64_t>({2}, sizes);
    EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  }
  for (const int64_t size : {0, -2}) {
    OpTester t = SplitSix(0, 1);
    t.Input<int64_t>({}, {size});
    EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  }
  OpTester many(kAllOps, "SplitToSequence", 24);
  many.Input<float>({int64_t{1} << 40, 0}, {}).OutputKinds({Kind::kSequence});
  EXPECT_EQ(many.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_SHAPE);
}

TEST(ConcatFromSequenceTest, ConcatAndStack) {
  const RunValue rows = RunValue::Sequence(
      {TensorOf<float>({1, 2}, {1, 2}), TensorOf<float>({2, 2}, {3, 4, 5, 6})});
  OpTester concat(kAllOps, "ConcatFromSequence", 11);
  concat.Value(rows).AttrInt("axis", -2);
  ASSERT_TRUE(concat.Run().ok());
  EXPECT_EQ(concat.OutputShape(0), (Shape{3, 2}));
  EXPECT_EQ(concat.Output<float>(0), (Floats{1, 2, 3, 4, 5, 6}));

  const RunValue pair = RunValue::Sequence(
      {TensorOf<float>({2}, {1, 2}), TensorOf<float>({2}, {3, 4})});
  OpTester stack(kAllOps, "ConcatFromSequence", 11);
  stack.Value(pair).AttrInt("axis", -1).AttrInt("new_axis", 1);
  ASSERT_TRUE(stack.Run().ok());
  EXPECT_EQ(stack.OutputShape(0), (Shape{2, 2}));
  EXPECT_EQ(stack.Output<float>(0), (Floats{1, 3, 2, 4}));

  OpTester differ(kAllOps, "ConcatFromSequence", 11);
  differ.Value(rows).AttrInt("axis", 1);
  EXPECT_EQ(differ.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  OpTester empty(kAllOps, "ConcatFromSequence", 11);
  empty.Value(RunValue::Sequence({})).AttrInt("axis", 0);
  EXPECT_EQ(empty.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  OpTester axis(kAllOps, "ConcatFromSequence", 11);
  axis.Value(pair).AttrInt("axis", 1);
  EXPECT_EQ(axis.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(ConcatFromSequenceTest, PackedElementsAndStrings) {
  // uint4: 1 2 3 and 4 5 make two and a half bytes.
  const std::byte low[] = {std::byte{0x21}, std::byte{0x03}};
  const std::byte high[] = {std::byte{0x54}};
  const auto packed = [](const std::byte* bytes, size_t size, int64_t count) {
    auto tensor = std::make_shared<graph::TensorData>();
    tensor->type = DataType::kUint4;
    tensor->dims = {count};
    tensor->data = bytes;
    tensor->bytes = size;
    return RunValue::Tensor(std::move(tensor));
  };
  OpTester t(kAllOps, "ConcatFromSequence", 11);
  t.Value(RunValue::Sequence({packed(low, 2, 3), packed(high, 1, 2)}));
  t.AttrInt("axis", 0).Outputs({DataType::kUint4});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{5}));
  EXPECT_EQ(t.Output<uint8_t>(0), (std::vector<uint8_t>{0x21, 0x43, 0x05}));

  OpTester words(kAllOps, "ConcatFromSequence", 11);
  words.Value(RunValue::Sequence(
      {RunValue::Tensor(graph::MakeStringTensor({"a", "b"}, {2})),
       RunValue::Tensor(graph::MakeStringTensor({"c"}, {1}))}));
  words.AttrInt("axis", 0).Outputs({DataType::kString});
  ASSERT_TRUE(words.Run().ok());
  EXPECT_EQ(words.OutputStrings(0), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(SequenceMapTest, SequencesByElementAndTensorsWhole) {
  ModelRunner m(R"(g (seq(float[n]) s, seq(float[n]) t, float[n] k)
      => (seq(float[n]) sums, seq(float[m]) joined) {
    sums, joined = SequenceMap (s, t, k) <
      body = b (float[n] a, float[n] b, float[n] c)
          => (float[n] sum, float[m] both) {
        ab = Add(a, b)
        sum = Add(ab, c)
        both = Concat <axis = 0> (a, c)
      }>
  })",
                17);
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  const RunValue s = RunValue::Sequence(
      {TensorOf<float>({1}, {1}), TensorOf<float>({1}, {2})});
  const RunValue t = RunValue::Sequence(
      {TensorOf<float>({1}, {10}), TensorOf<float>({1}, {20})});
  const RunValue k = TensorOf<float>({1}, {100});
  const Status status = m.Run({s, t, k});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(Firsts(m.output(0)), (Floats{111, 122}));
  EXPECT_EQ(ElementsOf<float>(m.output(1).elements[1]), (Floats{2, 100}));

  EXPECT_EQ(m.Run({s, RunValue::Sequence({k}), k}).code(),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
  ASSERT_TRUE(m.Run({RunValue::Sequence({}), RunValue::Sequence({}), k}).ok());
  EXPECT_TRUE(m.output(0).is_sequence());
  EXPECT_TRUE(m.output(0).elements.empty());
}

TEST(OptionalTest, FullAndEmpty) {
  OpTester full(kAllOps, "Optional", 15);
  full.Input<float>({1}, {3}).OutputKinds({Kind::kOptional});
  ASSERT_TRUE(full.Run().ok());
  EXPECT_EQ(full.Output<float>(0), (Floats{3}));
  OpTester empty(kAllOps, "Optional", 15);
  empty.OutputKinds({Kind::kOptional});
  ASSERT_TRUE(empty.Run().ok());
  EXPECT_EQ(empty.OutputValue(0).kind, RunValue::Kind::kEmptyOptional);

  const auto has = [](OpTester t) {
    t.Outputs({DataType::kBool});
    EXPECT_TRUE(t.Run().ok());
    return t.Output<uint8_t>(0) == std::vector<uint8_t>{1};
  };
  const auto tester = [] {
    return OpTester(kAllOps, "OptionalHasElement", 18);
  };
  EXPECT_TRUE(has(tester().Value(Abc())));
  EXPECT_TRUE(has(tester().Input<float>({0}, {})));
  EXPECT_FALSE(has(tester().Value(RunValue::EmptyOptional())));
  EXPECT_FALSE(has(tester()));
  EXPECT_FALSE(has(tester().NoInput()));

  OpTester get(kAllOps, "OptionalGetElement", 18);
  get.Value(Abc()).OutputKinds({Kind::kSequence});
  ASSERT_TRUE(get.Run().ok());
  EXPECT_EQ(Firsts(get.OutputValue(0)), (Floats{1, 2, 3}));
  OpTester none(kAllOps, "OptionalGetElement", 18);
  none.Value(RunValue::EmptyOptional());
  EXPECT_EQ(none.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(IdentityTest, EveryKindOfValue) {
  OpTester sequence(kAllOps, "Identity", 16);
  sequence.Value(Abc()).OutputKinds({Kind::kSequence});
  ASSERT_TRUE(sequence.Run().ok());
  EXPECT_EQ(Firsts(sequence.OutputValue(0)), (Floats{1, 2, 3}));
  OpTester optional(kAllOps, "Identity", 16);
  optional.Value(RunValue::EmptyOptional()).OutputKinds({Kind::kOptional});
  ASSERT_TRUE(optional.Run().ok());
  EXPECT_EQ(optional.OutputValue(0).kind, RunValue::Kind::kEmptyOptional);
  OpTester strings(kAllOps, "Identity", 16);
  strings.Strings({2}, {"x", ""}).Outputs({DataType::kString});
  ASSERT_TRUE(strings.Run().ok());
  EXPECT_EQ(strings.OutputStrings(0), (std::vector<std::string>{"x", ""}));
}

// An If that makes an empty optional in one branch, as exporters write it.
TEST(OptionalTest, ThroughControlFlow) {
  ModelRunner m(R"(g (bool c, float[n] x) => (bool has) {
    o = If (c) <
      then_branch = t () => (optional(float[n]) a) { a = Optional(x) },
      else_branch = e () => (optional(float[n]) b) {
        b = Optional <type = float[n]> ()
      }>
    has = OptionalHasElement(o)
  })",
                18);
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  for (const bool c : {true, false}) {
    const Status status =
        m.Run({TensorOf<bool>({}, {c}), TensorOf<float>({1}, {1})});
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(m.Output<bool>(0), std::vector<bool>{c});
  }
}

}  // namespace
}  // namespace onnxifi::cpu
