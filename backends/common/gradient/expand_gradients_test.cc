#include "backends/common/gradient/expand_gradients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/str_cat.h"
#include "graph/test_model.h"

namespace onnxifi {
namespace {

using graph::DataType;
using graph::Graph;

Result<Graph> Read(const std::string& graph_text) {
  const std::string text = StrCat(
      "<ir_version: 8, opset_import: [\"\" : 17, "
      "\"ai.onnx.preview.training\" : 1]>\n",
      graph_text);
  return graph::ReadProto(graph::ModelFromText(text.c_str()));
}

// One Gradient node `grad` behind some nodes on x, w, i (int64) and c (bool).
Result<Graph> Expanded(const std::string& nodes, const std::string& attributes,
                       const std::string& inputs) {
  ONNXIFI_ASSIGN_OR_RETURN(
      Graph graph,
      Read(StrCat("g (float[2] x, float[2] w, int64[2] i, bool c) => "
                  "(float[2] d) {\n",
                  nodes, "\n[grad] d = ai.onnx.preview.training.Gradient <",
                  attributes, "> (", inputs, ")\n}")));
  ONNXIFI_RETURN_IF_ERROR(ExpandGradients(graph));
  return graph;
}

void ExpectRefused(const std::string& nodes, const std::string& attributes,
                   const std::string& inputs, onnxStatus code,
                   std::initializer_list<const char*> words) {
  const Result<Graph> graph = Expanded(nodes, attributes, inputs);
  ASSERT_FALSE(graph.ok()) << attributes;
  EXPECT_EQ(graph.status().code(), code) << graph.status().message();
  for (const char* word : words) {
    EXPECT_NE(graph.status().message().find(word), std::string::npos)
        << graph.status().message();
  }
}

TEST(ExpandGradientsTest, OrdinaryNodesTakeItsPlace) {
  const Result<Graph> graph =
      Expanded("y = Mul(x, w)", R"(xs = ["x"], zs = ["w"], y = "y")", "x, w");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  std::set<std::string> names;
  for (const graph::Node& node : graph->nodes) {
    EXPECT_NE(node.op_type, "Gradient");
    EXPECT_TRUE(names.insert(node.name).second) << node.name;
    if (node.op_type != "Mul" || node.outputs != graph->outputs) continue;
    EXPECT_TRUE(node.name.starts_with("grad/")) << node.name;
  }
  names.clear();
  for (const graph::Value& value : graph->values) {
    EXPECT_TRUE(names.insert(value.name).second) << value.name;
    EXPECT_EQ(value.kind, graph::Value::Kind::kTensor) << value.name;
  }
  // Equal fixed shapes: nothing is reduced.
  EXPECT_TRUE(std::none_of(
      graph->nodes.begin(), graph->nodes.end(),
      [](const graph::Node& node) { return node.op_type == "ReduceTo"; }));
}

TEST(ExpandGradientsTest, EachValueHasTypeAndShape) {
  Result<Graph> graph = Read(R"(
    g (float16[N,3] x, float16[3] w) => (dx, dw) {
      y = Mul(x, w)
      dx, dw = ai.onnx.preview.training.Gradient <xs = ["x", "w"], y = "y">
               (x, w)
    })");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const auto check = [&] {
    const graph::Value& dx = graph->value(graph->outputs[0]);
    EXPECT_EQ(dx.type, DataType::kFloat16);
    EXPECT_EQ(dx.dims, (graph::Shape{-1, 3}));
    EXPECT_EQ(dx.symbols[0], "N");
    EXPECT_EQ(graph->value(graph->outputs[1]).dims, (graph::Shape{3}));
  };
  check();
  ASSERT_TRUE(ExpandGradients(*graph).ok());
  check();
  for (const graph::Node& node : graph->nodes) {
    for (const graph::ValueId id : node.outputs) {
      EXPECT_NE(graph->value(id).type, DataType::kUndefined) << node.name;
      EXPECT_TRUE(graph->value(id).has_shape) << node.name;
    }
  }
}

TEST(ExpandGradientsTest, OtherGraphsStayAsTheyAre) {
  Result<Graph> graph =
      Read("g (float[2] x) => (float[2] y) { y = Mul(x, x) }");
  ASSERT_TRUE(graph.ok());
  ASSERT_TRUE(ExpandGradients(*graph).ok());
  EXPECT_EQ(graph->nodes.size(), 1u);
  EXPECT_EQ(graph->values.size(), 2u);
}

TEST(ExpandGradientsTest, UnknownNames) {
  constexpr auto kCode = ONNXIFI_STATUS_INVALID_MODEL;
  const std::string mul = "y = Mul(x, w)";
  ExpectRefused(mul, R"(xs = ["ghost"], y = "y")", "x", kCode,
                {"'grad'", "'xs'", "'ghost'"});
  ExpectRefused(mul, R"(xs = ["x"], zs = ["ghost"], y = "y")", "x, w", kCode,
                {"'grad'", "'zs'", "'ghost'"});
  ExpectRefused(mul, R"(xs = ["x"], y = "ghost")", "x", kCode,
                {"'grad'", "'y'", "'ghost'"});
}

TEST(ExpandGradientsTest, ListsThatDoNotFit) {
  constexpr auto kCode = ONNXIFI_STATUS_INVALID_MODEL;
  const std::string mul = "y = Mul(x, w)";
  ExpectRefused(mul, R"(xs = ["x", "w"], y = "y")", "x", kCode,
                {"no input for 'w'"});
  ExpectRefused(mul, R"(xs = ["x"], y = "y")", "x, w", kCode,
                {"2 inputs for 1 names"});
  ExpectRefused(mul, R"(xs = ["x"], zs = ["x"], y = "y")", "x, w", kCode,
                {"'x' is named twice"});
}

TEST(ExpandGradientsTest, Types) {
  constexpr auto kCode = ONNXIFI_STATUS_MISMATCHING_DATATYPE;
  ExpectRefused("y = Mul(x, w)", R"(xs = ["x"], zs = ["w"], y = "y")", "x, i",
                kCode, {"'i'", "int64", "'w'", "float32"});
  ExpectRefused("y = Mul(i, i)", R"(xs = ["x"], y = "y")", "x", kCode,
                {"'y' is int64"});
}

TEST(ExpandGradientsTest, OperatorWithoutRule) {
  ExpectRefused("[odd] y = LpNormalization(x)", R"(xs = ["x"], y = "y")", "x",
                ONNXIFI_STATUS_UNSUPPORTED_OPERATOR,
                {"'grad'", "'odd'", "LpNormalization", "name its result"});
  ExpectRefused(R"(n = Constant <value = int64 {3}> ()
                   [odd] y = Loop (n, c, x) <
                     body = b (int64 k, bool m, float[2] v) => (o, z) {
                       o = Identity(m)
                       z = Neg(v)
                     }>)",
                R"(xs = ["x"], y = "y")", "x",
                ONNXIFI_STATUS_UNSUPPORTED_OPERATOR, {"'odd'", "Loop"});
  // Where nothing depends on x it is no obstacle.
  EXPECT_TRUE(Expanded("h = LpNormalization(w)\ny = Mul(x, h)",
                       R"(xs = ["x"], zs = ["w"], y = "y")", "x, w")
                  .ok());
}

// The mask that Dropout gave before operator set 10 is of the data's type.
TEST(ExpandGradientsTest, OutputThatHasNoDerivative) {
  Result<Graph> graph = graph::ReadProto(graph::ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 9, "ai.onnx.preview.training" : 1]>
    g (float[2] x) => (dx) {
      [odd] d, y = Dropout(x)
      dx = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y"> (x)
    })"));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Status status = ExpandGradients(*graph);
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
  EXPECT_NE(status.message().find("first output"), std::string::npos)
      << status.message();
}

TEST(ExpandGradientsTest, FormThatARuleDoesNotCover) {
  Result<Graph> graph = Read(R"(
    g (float[1,1,N] x, float[1,1,2] w) => (dx) {
      [odd] y = Conv <auto_pad = "SAME_UPPER"> (x, w)
      [grad] dx = ai.onnx.preview.training.Gradient
                  <xs = ["x"], zs = ["w"], y = "y"> (x, w)
    })");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Status status = ExpandGradients(*graph);
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
  for (const char* word : {"'grad'", "'odd'", "Conv", "'pads'"}) {
    EXPECT_NE(status.message().find(word), std::string::npos)
        << status.message();
  }
}

TEST(ExpandGradientsTest, ItsOwnResultInWhatItNames) {
  ExpectRefused("y = Mul(x, w)\nq = Neg(y)", R"(xs = ["x"], y = "d")", "x",
                ONNXIFI_STATUS_INVALID_MODEL, {"'grad'", "its own result"});
  Result<Graph> graph = Read(R"(
    g (float[2] x, bool c) => (float[2] y) {
      h = If (c) <
        then_branch = t () => (d) {
          d = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y"> (x)
        },
        else_branch = e () => (n) { n = Neg(x) }>
      y = Mul(h, x)
    })");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Status status = ExpandGradients(*graph);
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(status.message().find("own result"), std::string::npos)
      << status.message();
}

// Every order triples the graph: without a limit it would fill the memory.
TEST(ExpandGradientsTest, GradientsOfGradientsEnd) {
  std::string text = "g (float[2] x) => (float[2] d39) {\nd0 = Tanh(x)\n";
  for (int i = 1; i < 40; ++i) {
    text += StrCat("d", i,
                   " = ai.onnx.preview.training.Gradient <xs = "
                   "[\"x\"], y = \"d",
                   i - 1, "\"> (x)\n");
  }
  Result<Graph> graph = Read(text + "}");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Status status = ExpandGradients(*graph, 20000);
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(status.message().find("more nodes"), std::string::npos)
      << status.message();
}

}  // namespace
}  // namespace onnxifi
