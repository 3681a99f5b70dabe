// Bodies of control flow: what the reader keeps of them, extracts, captures.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "graph/extract.h"
#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

// The body in this attribute of the graph's first node that has one.
const Graph& BodyOf(const Graph& graph, std::string_view attribute) {
  for (const Node& node : graph.nodes) {
    const Attribute* found = AttrReader(node).Find(attribute);
    if (found != nullptr && found->graph != nullptr) return *found->graph;
  }
  ADD_FAILURE() << "no body " << attribute;
  static const Graph& none = *new Graph();
  return none;
}

std::vector<std::string> Names(const Graph& graph,
                               const std::vector<ValueId>& ids) {
  std::vector<std::string> names;
  for (const ValueId id : ids) names.push_back(graph.value(id).name);
  return names;
}
using NameList = std::vector<std::string>;

constexpr const char* kNested = R"(
  g (int64 n, float[2,3] x) => (float[2,3] y) {
    k = Constant <value = float {2.0}> ()
    yes = Constant <value = bool {1}> ()
    x1 = Neg(x)
    y = Loop (n, yes, x1) <
      body = b (int64 i, bool c, v) => (d, w) {
        d = Identity(c)
        w = If (c) <
          then_branch = t () => (r) { r = Mul(x, k) },
          else_branch = e () => (s) { s = Add(v, x1) }>
      }>
  })";

TEST(BodyTest, CapturesReachThroughTwoLevels) {
  Result<Graph> graph = ReadProto(SmallModel(kNested));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Graph& body = BodyOf(*graph, "body");
  EXPECT_EQ(Names(body, body.inputs), (NameList{"i", "c", "v"}));
  EXPECT_EQ(Names(body, body.captures), (NameList{"x", "k", "x1"}));
  EXPECT_NE(ValueNamed(body, "k").constant, nullptr);
  const Graph& then_branch = BodyOf(body, "then_branch");
  EXPECT_EQ(Names(then_branch, then_branch.captures), (NameList{"x", "k"}));
  EXPECT_NE(ValueNamed(then_branch, "k").constant, nullptr);
  const Graph& else_branch = BodyOf(body, "else_branch");
  EXPECT_EQ(Names(else_branch, else_branch.captures), (NameList{"v", "x1"}));
}

TEST(BodyTest, TypesOfBodiesAreInferred) {
  Result<Graph> graph = ReadProto(SmallModel(kNested));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Graph& body = BodyOf(*graph, "body");
  for (const char* name : {"v", "w"}) {
    EXPECT_EQ(ValueNamed(body, name).type, DataType::kFloat) << name;
  }
  EXPECT_EQ(ValueNamed(body, "d").type, DataType::kBool);
  const Value& product = ValueNamed(BodyOf(body, "then_branch"), "r");
  EXPECT_EQ(product.type, DataType::kFloat);
  EXPECT_EQ(product.dims, (Shape{2, 3}));
}

TEST(BodyTest, WhatBodiesReadIsNotDead) {
  Result<Graph> graph = ReadProto(SmallModel(kNested));
  ASSERT_TRUE(graph.ok());
  RemoveDeadNodes(*graph);
  ASSERT_EQ(graph->nodes.size(), 2u);
  EXPECT_EQ(graph->nodes[0].op_type, "Neg");
}

TEST(BodyTest, BodiesMayReturnOuterValues) {
  Result<Graph> graph = ReadProto(SmallModel(R"(
    g (bool c, float[2] x) => (float[2] y) {
      y = If (c) <
        then_branch = t () => (float[2] x) {},
        else_branch = e () => (float[2] r) {
          r = If (c) <
            then_branch = tt () => (float[2] x) {},
            else_branch = te () => (float[2] s) { s = Neg(x) }>
        }>
    })"));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const Graph& body = BodyOf(*graph, "then_branch");
  EXPECT_EQ(Names(body, body.captures), (NameList{"x"}));
  ASSERT_EQ(body.nodes.size(), 1u);
  EXPECT_EQ(body.nodes[0].op_type, "Identity");
  EXPECT_EQ(body.nodes[0].outputs, body.outputs);
  const Status unknown = StatusOf(SmallModel(R"(
    g (bool c, float[2] x) => (float[2] y) {
      y = If (c) <
        then_branch = t () => (float[2] nobody) {},
        else_branch = e () => (float[2] r) { r = Neg(x) }>
    })"));
  EXPECT_EQ(unknown.code(), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(ExtractTest, TakesNodesConstantsAndTheirEdges) {
  Result<Graph> graph = ReadProto(SmallModel(R"(
    g (float[2] x) => (float[2] z) {
      k = Constant <value = float {2.0}> ()
      a = Neg(x)
      b = Mul(a, k)
      c = Abs(a)
      z = Add(b, c)
    })"));
  ASSERT_TRUE(graph.ok());
  const std::vector<size_t> nodes = {1, 2};
  const ValueId b = graph->nodes[1].outputs[0];
  const std::vector<ValueId> outputs = {b};
  const Extract part = ExtractNodes(*graph, nodes, outputs);
  EXPECT_EQ(Names(*graph, part.inputs), (NameList{"a"}));
  EXPECT_EQ(part.outputs, outputs);
  EXPECT_EQ(Names(part.graph, part.graph.inputs), (NameList{"a"}));
  EXPECT_EQ(Names(part.graph, part.graph.outputs), (NameList{"b"}));
  EXPECT_EQ(part.graph.nodes.size(), 2u);
  EXPECT_NE(ValueNamed(part.graph, "k").constant, nullptr);
}

TEST(ExtractTest, CapturesTakeOverWhatTheOuterValueIsNow) {
  Result<Graph> graph = ReadProto(SmallModel(kNested));
  ASSERT_TRUE(graph.ok());
  Graph body = BodyOf(*graph, "body");
  // x1 has been folded, x has lost its shape.
  for (Value& value : graph->values) {
    if (value.name == "x1") value.constant = FloatTensor({2, 3});
    if (value.name == "x") OpenShape(&value);
  }
  const std::vector<ValueId> captured = BindCaptures(*graph, &body);
  EXPECT_EQ(Names(*graph, captured), (NameList{"x"}));
  EXPECT_EQ(Names(body, body.inputs), (NameList{"i", "c", "v", "x"}));
  EXPECT_FALSE(ValueNamed(body, "x").has_shape);
  EXPECT_NE(ValueNamed(body, "x1").constant, nullptr);
}

}  // namespace
}  // namespace onnxifi::graph
