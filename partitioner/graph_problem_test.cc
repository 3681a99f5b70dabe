#include "partitioner/graph_problem.h"

#include <gtest/gtest.h>

#include "graph/test_model.h"
#include "partitioner/parts.h"

namespace onnxifi::partitioner {
namespace {

graph::Graph Read(const char* text) {
  Result<graph::Graph> graph = graph::ReadProto(graph::SmallModel(text));
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? std::move(graph).value() : graph::Graph();
}

DeviceView View(const char* name, const graph::Graph& graph) {
  DeviceView view;
  view.name = name;
  view.figures.macs = 1e9;
  view.figures.bytes = 1e9;
  view.carries_values = true;
  view.support.resize(graph.nodes.size());
  for (NodeSupport& support : view.support) support.supported = true;
  return view;
}

graph::Graph Chain() {
  return Read(R"(g (float[4] x) => (float[4] y)
    <float[4] w = {1.0, 2.0, 3.0, 4.0}> {
      a = Add(x, w)
      b = Relu(a)
      y = Mul(b, w)
    })");
}

TEST(GraphProblemTest, CountsTensorsAndSharedWeightsOnce) {
  const graph::Graph graph = Chain();
  const std::vector<DeviceView> views = {View("host", graph),
                                         View("gpu", graph)};
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(made->problem.ops.size(), 3u);
  EXPECT_EQ(made->problem.tensors.size(), 4u);  // x a b y
  ASSERT_EQ(made->problem.weight_bytes.size(), 1u);
  EXPECT_EQ(made->problem.weight_bytes[0], 16);
  EXPECT_EQ(made->problem.ops[0].weights, (std::vector<int32_t>{0}));
  EXPECT_EQ(made->problem.ops[2].weights, (std::vector<int32_t>{0}));
  EXPECT_TRUE(made->problem.tensors[3].is_output);
}

TEST(GraphProblemTest, EstimateOfTheVendorComesFirst) {
  const graph::Graph graph = Chain();
  std::vector<DeviceView> views = {View("host", graph), View("gpu", graph)};
  views[1].support[1].cost_ns = 77;
  views[1].support[2].emulated = true;
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(made->problem.ExecNs(1, 1), 77);
  EXPECT_EQ(made->problem.ExecNs(2, 1), 4 * made->problem.ExecNs(2, 0));
}

TEST(GraphProblemTest, NamesTheNodeThatNobodyRuns) {
  const graph::Graph graph = Chain();
  std::vector<DeviceView> views = {View("host", graph), View("gpu", graph)};
  for (DeviceView& view : views) {
    view.support[1].supported = false;
    view.support[1].status = ONNXIFI_STATUS_UNSUPPORTED_DATATYPE;
    view.support[1].reason = "no floats here";
  }
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  EXPECT_EQ(made.status().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_NE(made.status().message().find(graph.nodes[1].name),
            std::string::npos);
  EXPECT_NE(made.status().message().find("gpu: no floats here"),
            std::string::npos);
}

TEST(GraphProblemTest, KeepsGroupsTogether) {
  const graph::Graph graph = Chain();
  std::vector<DeviceView> views = {View("host", graph), View("gpu", graph)};
  views[1].support[0].group = views[1].support[1].group = 5;
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  ASSERT_EQ(made->problem.ops.size(), 2u);
  EXPECT_EQ(made->nodes[0], (std::vector<size_t>{0, 1}));
  // What passes within the group is nobody's tensor to move.
  EXPECT_EQ(made->problem.ops[0].reads.size(), 1u);
}

TEST(GraphProblemTest, BreaksAGroupWithACircle) {
  const graph::Graph graph = Chain();
  std::vector<DeviceView> views = {View("host", graph), View("gpu", graph)};
  views[1].support[0].group = views[1].support[2].group = 0;
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  ASSERT_EQ(made->problem.ops.size(), 3u);
  EXPECT_EQ(made->problem.ExecNs(0, 1), kCannot);
  EXPECT_NE(made->problem.ExecNs(1, 1), kCannot);
  EXPECT_EQ(made->problem.ExecNs(2, 1), kCannot);
}

TEST(GraphProblemTest, APluginOfOneZeroGetsOnlyWhatDescriptorsCarry) {
  const graph::Graph graph = Read(R"(g (float[4] x) => (float[4] y) {
      c = Greater(x, x)
      d = Not(c)
      y = Where(d, x, x)
    })");
  std::vector<DeviceView> views = {View("host", graph), View("old", graph)};
  views[1].carries_values = false;
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  for (int32_t op = 0; op < 3; ++op) {
    EXPECT_EQ(made->problem.ExecNs(op, 1), kCannot);  // bool between them
  }
}

TEST(GraphProblemTest, BodiesReadWhatTheyCapture) {
  const graph::Graph graph = Read(R"(g (bool c, float[2] x) => (float[2] y) {
      k = Neg(x)
      y = If<then_branch = a () => (float[2] p) { p = Mul(k, k) },
             else_branch = b () => (float[2] q) { q = Neg(k) }>(c)
    })");
  const std::vector<DeviceView> views = {View("host", graph),
                                         View("gpu", graph)};
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(made->problem.ops[1].reads.size(), 2u);  // c and k
  EXPECT_FALSE(made->problem.ops[1].replicable);
}

TEST(PartsTest, OutputsAreWhatOthersRead) {
  const graph::Graph graph = Chain();
  const std::vector<DeviceView> views = {View("host", graph),
                                         View("gpu", graph)};
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  const std::vector<partitioner::Run> runs = {{0, {0}}, {1, {1}}, {0, {2}}};
  const std::vector<Part> parts = MakeParts(graph, *made, runs);
  ASSERT_EQ(parts.size(), 3u);
  const auto name = [&](size_t part) {
    return parts[part].outputs.size() == 1
               ? graph.value(parts[part].outputs[0]).name
               : std::string("not one");
  };
  EXPECT_EQ(name(0), "a");
  EXPECT_EQ(name(1), "b");
  EXPECT_EQ(name(2), "y");
}

// An op on two devices: the first run gives the value to others, the second
// makes its own.
TEST(PartsTest, AReplicaGivesNothing) {
  const graph::Graph graph = Chain();
  const std::vector<DeviceView> views = {View("host", graph),
                                         View("gpu", graph)};
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  const std::vector<partitioner::Run> runs = {{0, {0}}, {1, {0, 1}}, {0, {2}}};
  const std::vector<Part> parts = MakeParts(graph, *made, runs);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_TRUE(parts[0].outputs.empty());
  EXPECT_EQ(parts[1].nodes, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(parts[1].outputs.size(), 1u);
}

}  // namespace
}  // namespace onnxifi::partitioner
