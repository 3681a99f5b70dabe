#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

// Inlining renames the values of a function; the names in a Gradient follow.
TEST(GradientNamesTest, FollowTheInliner) {
  Result<Graph> graph = ReadProto(ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "my" : 1,
                                   "ai.onnx.preview.training" : 1]>
    g (float[2] a, float[2] y) => (float[2] p, float[2] q) {
      p = my.slope(a)
      q = my.outer(y)
    }
    <domain: "my", opset_import: ["" : 17, "my" : 1]>
    outer (y) => (x) { x = my.slope(y) }
    <domain: "my", opset_import: ["" : 17, "ai.onnx.preview.training" : 1]>
    slope (x) => (d) {
      d = ai.onnx.preview.training.Gradient <xs = ["x"], y = "y"> (x)
      y = Mul(x, x)
    })"));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  std::vector<std::string> arguments, results;
  for (const Node& node : graph->nodes) {
    ASSERT_NE(node.op_type, "GradientNames");
    if (node.op_type == "Gradient") {
      const AttrReader attrs(node);
      ASSERT_NE(attrs.Find("xs"), nullptr);
      ASSERT_EQ(attrs.Find("xs")->strings.size(), 1u);
      EXPECT_EQ(attrs.Find("xs")->strings[0],
                graph->value(node.inputs[0]).name);
      arguments.push_back(attrs.Find("xs")->strings[0]);
      results.emplace_back(attrs.String("y", ""));
    }
  }
  EXPECT_EQ(arguments, (std::vector<std::string>{"a", "y"}));
  ASSERT_EQ(results.size(), 2u);
  EXPECT_NE(results[0], results[1]);
  std::vector<std::string> products;
  for (const Node& node : graph->nodes) {
    if (node.op_type == "Mul") {
      products.push_back(graph->value(node.outputs[0]).name);
    }
  }
  EXPECT_EQ(results, products);
}

TEST(GradientNamesTest, GradientsAreLikeTheirTensors) {
  Result<Graph> graph = ReadProto(ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "ai.onnx.preview.training" : 1]>
    g (double[N,2] x, float[3] w) => (r, s) {
      y = ReduceSum <keepdims = 0> (x)
      dx, dw = ai.onnx.preview.training.Gradient <xs = ["x", "w"], y = "y">
               (x, w)
      r = Neg(dx)
      s = Neg(dw)
    })"));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(ValueNamed(*graph, "r").type, DataType::kDouble);
  EXPECT_EQ(ValueNamed(*graph, "r").dims, (Shape{-1, 2}));
  EXPECT_EQ(ValueNamed(*graph, "s").type, DataType::kFloat);
  EXPECT_EQ(ValueNamed(*graph, "s").dims, (Shape{3}));
}

}  // namespace
}  // namespace onnxifi::graph
