#include "backends/common/value_graph.h"

#include <gtest/gtest.h>

#include "backends/common/testing/value_graph_kit.h"

namespace onnxifi {
namespace {

using graph::DataType;
using graph::Shape;
using graph::TensorPtr;
using graph::Value;
using testing::FloatsOf;
using testing::FloatTensor;
using testing::GraphMaker;
using testing::IntTensor;
using Floats = std::vector<float>;

TEST(ValueGraphBodyTest, ConstantsThatTheCallerOwnsAreCopied) {
  auto memory = std::make_unique<Floats>(Floats{7, 8});
  auto borrowed = std::make_shared<graph::TensorData>();
  borrowed->type = DataType::kFloat;
  borrowed->dims = {2};
  borrowed->data = memory->data();
  borrowed->bytes = 8;
  GraphMaker body;
  body.Constant("k", borrowed).Output("k");
  GraphMaker g;
  g.Input("x", {1}).Constant("c", borrowed);
  g.Op("Pair", {"c", "x"}, "p").Op("Repeat", {}, "r").Body(body);
  g["p"].kind = Value::Kind::kSequence;
  g.Output("p").Output("r");
  ASSERT_TRUE(g.Compile().ok());
  *memory = {0, 0};
  memory.reset();
  EXPECT_OK(g.Run({FloatTensor({1}, {1})}));
  EXPECT_EQ(FloatsOf(g.results[0].elements[0]), (Floats{7, 8}));
  EXPECT_EQ(FloatsOf(g.results[1]), (Floats{7, 8}));
}

TEST(ValueGraphBodyTest, BodiesReadOuterValuesAcrossLevels) {
  // x + 1, computed outside, is read two levels down, beside a constant.
  GraphMaker inner;
  inner.Capture("a").Capture("c").Op("Pair", {"a", "c"}, "inner_pair");
  inner["inner_pair"].kind = Value::Kind::kSequence;
  inner.Op("Second", {"inner_pair"}, "second").Op("AddOne", {"a"}, "more");
  inner.Op("Pair", {"more", "second"}, "z").Output("z");
  inner["z"].kind = Value::Kind::kSequence;
  GraphMaker outer;
  outer.Capture("a").Capture("c").Op("Repeat", {}, "w").Body(inner, 2);
  outer["w"].kind = Value::Kind::kSequence;
  outer.Output("w");
  GraphMaker g;
  g.Input("x", {1}).Constant("c", FloatTensor({1}, {9}));
  g.Op("AddOne", {"x"}, "a").Op("Repeat", {}, "y").Body(outer);
  g["y"].kind = Value::Kind::kSequence;
  g.Output("y");
  EXPECT_OK(g.Run({FloatTensor({1}, {1})}));
  ASSERT_TRUE(g.results[0].is_sequence());
  EXPECT_EQ(FloatsOf(g.results[0].elements[0]), (Floats{3}));
  EXPECT_EQ(FloatsOf(g.results[0].elements[1]), (Floats{9}));
}

TEST(ValueGraphBodyTest, ACapturedValueThatFoldsReachesTheBody) {
  GraphMaker body;
  body.Capture("a").Input("i", {-1}).Op("Copy", {"a"}, "b").Output("b");
  GraphMaker g;
  g.Input("x", {1}).Constant("c", FloatTensor({1}, {4}));
  g.Op("AddOne", {"c"}, "a").Op("Repeat", {"x"}, "y").Body(body).Output("y");
  EXPECT_OK(g.Run({FloatTensor({1}, {1})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{5}));
}

TEST(ValueGraphBodyTest, BodiesWithoutNodesGiveWhatTheyGet) {
  GraphMaker own;
  own.Input("i", {-1}).Output("i");
  GraphMaker captured;
  captured.Input("j", {-1}).Capture("x").Output("x");
  GraphMaker g;
  g.Input("x", {1}).Input("v", {1});
  g.Op("Repeat", {"v"}, "y").Body(own, 3);
  g.Op("Repeat", {"v"}, "z").Body(captured).Output("y").Output("z");
  EXPECT_OK(g.Run({FloatTensor({1}, {1}), FloatTensor({1}, {2})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{2}));
  EXPECT_EQ(FloatsOf(g.results[1]), (Floats{1}));
}

TEST(ValueGraphBodyTest, ABodysShapesMayChangeFromRunToRun) {
  // Declared and inferred for one element; Positive makes it fewer.
  GraphMaker body;
  body.Input("i", {3}).Op("Copy", {"i"}, "j").Op("Positive", {"j"}, "k");
  body.Dims("j", {3}).Output("k");
  GraphMaker g;
  g.Input("x", {3}).Op("Repeat", {"x"}, "y").Body(body, 2).Output("y");
  EXPECT_OK(g.Run({FloatTensor({3}, {1, -1, 2})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{1, 2}));
}

TEST(ValueGraphBodyTest, TypesThatNobodyKnowsAreTakenFromTheValues) {
  GraphMaker g;
  g.Input("x", {2});
  g["x"].kind = Value::Kind::kUnknown;
  g["x"].type = DataType::kUndefined;
  g.Op("More", {"x"}, "y").Output("y");
  g["y"].type = DataType::kUndefined;
  EXPECT_OK(g.Run({FloatTensor({2}, {1, 2})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{2, 3}));
  // The same node with strings: another kernel.
  EXPECT_OK(g.Run({graph::MakeStringTensor({"a", "b"}, {2})}));
  EXPECT_EQ(Elements<graph::StringRef>(*g.results[0].tensor)[1], "b!");
  EXPECT_EQ(g.Run({IntTensor({1, 2})}).code(),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_FALSE(g.Run({RunValue::EmptyOptional()}).ok());
}

TEST(ValueGraphBodyTest, AnotherTypeThanDeclaredIsAnError) {
  GraphMaker g;
  g.Input("x", {1}).Input("s", {1}).Op("Pair", {"x", "s"}, "p");
  g["p"].kind = Value::Kind::kSequence;
  g.Op("Second", {"p"}, "q").Op("AddOne", {"q"}, "y").Output("y");
  const Status status = g.Run({FloatTensor({1}, {1}), IntTensor({1})});
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
  EXPECT_NE(status.message().find("'q'"), std::string::npos);
}

TEST(ValueGraphBodyTest, StringsOutliveThePlansThatOwnThem) {
  GraphMaker body;
  body.Input("i", {-1}).Op("Words", {"i"}, "w").Op("Copy", {"w"}, "v");
  body["w"].type = body["v"].type = DataType::kString;
  body.Output("v");
  GraphMaker g;
  g.Input("x", {-1}).Op("Repeat", {"x"}, "s").Body(body);
  g["s"].type = DataType::kString;
  g.Output("s");
  std::vector<TensorPtr> made;
  for (int64_t n = 1; n < 50; ++n) {
    EXPECT_OK(g.Run({FloatTensor({n}, Floats(static_cast<size_t>(n)))}));
    made.push_back(g.results[0].tensor);
  }
  for (const TensorPtr& tensor : made) {
    EXPECT_EQ(Elements<graph::StringRef>(*tensor)[0], "word number 0 of many");
  }
}

TEST(ValueGraphBodyTest, FailuresNameTheNode) {
  GraphMaker unset;
  unset.Input("x", {1}).Op("Nothing", {"x"}, "y").Output("y");
  const Status forgotten = unset.Run({FloatTensor({1}, {1})});
  EXPECT_EQ(forgotten.code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(forgotten.message().find("Nothing_y"), std::string::npos);

  GraphMaker bad_body;
  GraphMaker body;
  body.Input("i", {-1}).Op("Unheard", {"i"}, "j").Output("j");
  bad_body.Input("x", {1}).Op("Repeat", {"x"}, "y").Body(body).Output("y");
  const Status unknown = bad_body.Compile();
  EXPECT_EQ(unknown.code(), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_NE(unknown.message().find("Repeat_y"), std::string::npos);

  GraphMaker failing;
  failing.Input("x", {1}).Op("Positive", {"x"}, "p").Op("Fail", {"p"}, "y");
  failing.Output("y");
  EXPECT_EQ(failing.Run({FloatTensor({1}, {1})}).code(),
            ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(failing.Run(std::vector<RunValue>{}).code(),
            ONNXIFI_STATUS_INTERNAL_ERROR);

  GraphMaker no_body;
  no_body.Input("x", {1}).Op("Repeat", {"x"}, "y").Output("y");
  EXPECT_EQ(no_body.Run({FloatTensor({1}, {1})}).code(),
            ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(ValueGraphBodyTest, AnOmittedInputIsSeenAsOmitted) {
  GraphMaker body;
  body.Capture("x").Op("Copy", {"x"}, "b").Output("b");
  GraphMaker g;
  g.Input("x", {1}).Op("Repeat", {""}, "y").Body(body).Output("y");
  EXPECT_OK(g.Run({FloatTensor({1}, {6})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{6}));
}

}  // namespace
}  // namespace onnxifi
