#include "graph/graph.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace onnxifi::graph {
namespace {

Node MakeNode(const char* name, std::vector<ValueId> inputs,
              std::vector<ValueId> outputs) {
  Node node;
  node.name = name;
  node.op_type = "Op";
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  return node;
}

// in(0) -> a -> 1 -> b -> 2 (output); a -> 1 -> dead -> 3 -> deader -> 4
Graph Diamond() {
  Graph graph;
  for (const char* name : {"in", "v1", "out", "v3", "v4"}) {
    graph.values.emplace_back().name = name;
  }
  graph.nodes.push_back(MakeNode("a", {0, kNoValue}, {1}));
  graph.nodes.push_back(MakeNode("dead", {1}, {3}));
  graph.nodes.push_back(MakeNode("b", {1, 1}, {2, kNoValue}));
  graph.nodes.push_back(MakeNode("deader", {3}, {4}));
  graph.inputs = {0};
  graph.outputs = {2};
  return graph;
}

TEST(GraphTest, FindsProducersAndCountsUses) {
  const Graph graph = Diamond();
  EXPECT_EQ(Producers(graph), (std::vector<int32_t>{-1, 0, 2, 1, 3}));
  EXPECT_EQ(UseCounts(graph), (std::vector<int32_t>{1, 3, 1, 1, 0}));
}

TEST(GraphTest, RemovesChainsOfDeadNodes) {
  Graph graph = Diamond();
  RemoveDeadNodes(graph);
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].name, "a");
  EXPECT_EQ(graph.nodes[1].name, "b");
  EXPECT_EQ(graph.values.size(), 5u);
}

TEST(GraphTest, ASubgraphsCaptureIsAUse) {
  Graph graph = Diamond();
  auto body = std::make_shared<Graph>();
  body->values.emplace_back().name = "v4";
  body->captures = {0};
  Attribute attribute;
  attribute.kind = Attribute::Kind::kGraph;
  attribute.graph = body;
  Node branch = MakeNode("if", {0}, {});
  graph.values.emplace_back().name = "v5";
  branch.outputs = {5};
  branch.attributes.push_back(attribute);
  graph.nodes.push_back(branch);
  graph.outputs.push_back(5);
  EXPECT_EQ(UseCounts(graph)[4], 1);
  RemoveDeadNodes(graph);
  EXPECT_EQ(graph.nodes.size(), 5u);
}

TEST(GraphTest, MakesAlignedZeroTensors) {
  for (const Shape& dims : {Shape{}, Shape{0}, Shape{3, 5}}) {
    const Result<NewTensor> made = MakeTensor(DataType::kFloat, dims);
    ASSERT_TRUE(made.ok());
    ASSERT_NE(made->data, nullptr);
    EXPECT_EQ(made->data, made->tensor->data);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(made->data) % 64, 0u);
    const char* const bytes = static_cast<const char*>(made->data);
    for (size_t i = 0; i < made->tensor->bytes; ++i) EXPECT_EQ(bytes[i], 0);
  }
}

TEST(GraphTest, RefusesTensorsThatCannotBe) {
  EXPECT_EQ(MakeTensor(DataType::kUndefined, {1}).status().code(),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_EQ(MakeTensor(DataType::kFloat, {-1}).status().code(),
            ONNXIFI_STATUS_INVALID_SHAPE);
  EXPECT_EQ(MakeTensor(DataType::kDouble, {int64_t{1} << 47}).status().code(),
            ONNXIFI_STATUS_NO_SYSTEM_MEMORY);
}

TEST(AttrReaderTest, ReadsByNameAndKind) {
  Node node;
  Attribute axis;
  axis.name = "axis";
  axis.kind = Attribute::Kind::kInt;
  axis.i = -2;
  Attribute pads;
  pads.name = "pads";
  pads.kind = Attribute::Kind::kInts;
  pads.ints = {1, 2};
  Attribute mode;
  mode.name = "mode";
  mode.kind = Attribute::Kind::kString;
  mode.s = "linear";
  node.attributes = {axis, pads, mode};
  const AttrReader reader(node);
  EXPECT_EQ(reader.Int("axis", 7), -2);
  EXPECT_EQ(reader.Int("absent", 7), 7);
  EXPECT_EQ(reader.Int("pads", 7), 7);
  ASSERT_EQ(reader.Ints("pads").size(), 2u);
  EXPECT_EQ(reader.Ints("pads")[1], 2);
  EXPECT_TRUE(reader.Ints("axis").empty());
  EXPECT_EQ(reader.String("mode", "x"), "linear");
  EXPECT_EQ(reader.Float("alpha", 0.5f), 0.5f);
  EXPECT_EQ(reader.Tensor("value"), nullptr);
  EXPECT_TRUE(reader.Has("axis"));
  EXPECT_FALSE(reader.Has("absent"));
}

}  // namespace
}  // namespace onnxifi::graph
