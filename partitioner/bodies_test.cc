#include "partitioner/bodies.h"

#include <gtest/gtest.h>

#include "graph/test_model.h"
#include "partitioner/graph_problem.h"
#include "partitioner/parts.h"

namespace onnxifi::partitioner {
namespace {

graph::Graph Read(const char* text) {
  Result<graph::Graph> graph = graph::ReadProto(graph::SmallModel(text));
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? std::move(graph).value() : graph::Graph();
}

double IterationsOf(const graph::Graph& graph) {
  return Iterations(graph, graph.nodes.back());
}

graph::Graph LoopOf(const char* count) {
  const std::string text =
      R"(g (int64 m, bool c, float[2] x) => (float[2] y) <int64 three = {3},
      int64 none = {0}, int64 less = {-2}, int64 all = {9223372036854775807}> {
      y = Loop<body = b (int64 i, bool d, float[2] a) => (bool e, float[2] z)
        { e = Identity(d)  z = Neg(a) }>()" +
      std::string(count) + ", c, x) }";
  return Read(text.c_str());
}

TEST(BodiesTest, CountsTheIterationsOfALoop) {
  EXPECT_EQ(IterationsOf(LoopOf("three")), 3);
  EXPECT_EQ(IterationsOf(LoopOf("none")), 0);
  EXPECT_EQ(IterationsOf(LoopOf("less")), 0);
  // Only the run knows, or the condition decides.
  EXPECT_EQ(IterationsOf(LoopOf("m")), kAssumedIterations);
  EXPECT_EQ(IterationsOf(LoopOf("all")), kAssumedIterations);
  EXPECT_EQ(IterationsOf(LoopOf("")), kAssumedIterations);
}

TEST(BodiesTest, CountsTheIterationsOfAScan) {
  EXPECT_EQ(IterationsOf(Read(R"(g (float[7,2] x) => (float[7,2] y) {
      y = Scan<num_scan_inputs = 1, body = b (float[2] a) => (float[2] z)
        { z = Neg(a) }>(x) })")),
            7);
  EXPECT_EQ(IterationsOf(Read(R"(g (float[7,2] x) => (float[2,7] y) {
      y = Scan<num_scan_inputs = 1, scan_input_axes = [-1],
               body = b (float[7] a) => (float[7] z)
        { z = Neg(a) }>(x) })")),
            2);
  EXPECT_EQ(IterationsOf(Read(R"(g (float[N,2] x) => (float[N,2] y) {
      y = Scan<num_scan_inputs = 1, body = b (float[2] a) => (float[2] z)
        { z = Neg(a) }>(x) })")),
            kAssumedIterations);
}

TEST(BodiesTest, ABodyIsAGraphOfItsOwn) {
  const graph::Graph graph = Read(R"(g (bool c, float[2] x) => (float[2] y)
      <float[2] w = {1.0, 2.0}> {
      k = Neg(x)
      y = If<then_branch = a () => (float[2] p) { p = Mul(k, w) },
             else_branch = b () => (float[2] k2) { k2 = Neg(k) r = Neg(k2) }>(c)
    })");
  EXPECT_EQ(Iterations(graph, graph.nodes[1]), 0.5);
  const std::vector<Body> bodies = BodiesOf(graph);
  ASSERT_EQ(bodies.size(), 2u);
  const Body& first = bodies[0];
  EXPECT_EQ(first.node, 1u);
  EXPECT_EQ(first.attribute, "then_branch");
  EXPECT_TRUE(first.graph.captures.empty());
  ASSERT_EQ(first.captured.size(), 1u);
  EXPECT_EQ(graph.value(first.captured[0]).name, "k");
  // A captured constant is one in the body.
  ASSERT_EQ(first.graph.inputs.size(), 1u);
  EXPECT_EQ(first.graph.value(first.graph.inputs[0]).name, "k");
  EXPECT_EQ(bodies[1].graph.nodes.size(), 1u);  // nobody reads r
}

TEST(BodiesTest, OutputsThatAreInputsAreNotMade) {
  const graph::Graph graph = Read(R"(g (int64 m, bool c, float[2] x)
      => (float[2] y, float[2] z) {
      y, z = Loop<body = b (int64 i, bool d, float[2] a, float[2] p)
        => (bool d, float[2] q, float[2] p) { q = Add(a, p) }>(m, c, x, x) })");
  const std::vector<Body> bodies = BodiesOf(graph);
  ASSERT_EQ(bodies.size(), 1u);
  const std::vector<graph::ValueId> made = MadeOutputs(bodies[0].graph);
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(bodies[0].graph.value(made[0]).name, "q");
}

TEST(BodiesTest, OfOtherOperatorsNobodyKnowsHowTheyRun) {
  const graph::Graph graph = Read(R"(g (bool c, float[2] x) => (float[2] y) {
      y = If<then_branch = a () => (float[2] p) { p = Neg(x) },
             else_branch = b () => (float[2] q) { q = Abs(x) }>(c) })");
  graph::Node node = graph.nodes[0];
  EXPECT_TRUE(CanShareBodies(node));
  node.domain = "com.example";
  EXPECT_FALSE(CanShareBodies(node));
  node.domain = "";
  node.op_type = "FlexAttention";
  EXPECT_FALSE(CanShareBodies(node));
}

DeviceView View(const graph::Graph& graph) {
  DeviceView view;
  view.figures.bytes = 1e9;
  view.carries_values = true;
  view.support.resize(graph.nodes.size());
  for (NodeSupport& support : view.support) support.supported = true;
  return view;
}

TEST(BodiesTest, ASharedNodeIsAPartOfItsOwn) {
  const graph::Graph graph = LoopOf("three");
  graph::Graph chain = graph;
  const std::vector<DeviceView> views = {View(chain)};
  const Result<GraphProblem> made = MakeGraphProblem(chain, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  const std::vector<partitioner::Run> runs = {{0, {0}}};
  EXPECT_FALSE(MakeParts(chain, *made, runs).front().split);
  const std::vector<Part> parts = MakeParts(chain, *made, runs, {true});
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_TRUE(parts[0].split);
}

TEST(BodiesTest, SharingCutsTheRunAroundTheNode) {
  const graph::Graph graph = Read(R"(g (bool c, float[2] x) => (float[2] y) {
      k = Neg(x)
      m = If<then_branch = a () => (float[2] p) { p = Neg(k) },
             else_branch = b () => (float[2] q) { q = Abs(k) }>(c)
      n = Neg(k)
      y = Add(m, n) })");
  const std::vector<DeviceView> views = {View(graph)};
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  const std::vector<partitioner::Run> runs = {{0, {0, 1, 2, 3}}};
  const std::vector<Part> parts =
      MakeParts(graph, *made, runs, {false, true, false, false});
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].nodes, (std::vector<size_t>{0}));
  EXPECT_EQ(parts[1].nodes, (std::vector<size_t>{1}));
  EXPECT_TRUE(parts[1].split);
  EXPECT_EQ(parts[2].nodes, (std::vector<size_t>{2, 3}));
  EXPECT_FALSE(parts[2].split);
  EXPECT_EQ(parts[0].outputs.size(), 1u);  // k, which the body captures
}

TEST(BodiesTest, SharingCountsWhereItIsCheaper) {
  const graph::Graph graph = LoopOf("three");
  std::vector<DeviceView> views = {View(graph), View(graph)};
  views[0].bodies_ns = {1'000'000};
  views[1].support[0].cost_ns = 700;
  const auto ns = [&](int32_t device) {
    const Result<GraphProblem> made = MakeGraphProblem(graph, views);
    return made.ok() ? made->problem.ExecNs(0, device) : -1;
  };
  EXPECT_GT(ns(0), 1'000'000);
  views[0].split_ns = {2'000'000};
  EXPECT_GT(ns(0), 1'000'000);
  EXPECT_LT(ns(0), 2'000'000);
  views[0].split_ns = {5000};
  EXPECT_EQ(ns(0), 5000);
  EXPECT_EQ(ns(1), 700);  // what a vendor tells is for all of the node
  views[0].support[0].supported = false;
  EXPECT_EQ(ns(0), 5000);
}

}  // namespace
}  // namespace onnxifi::partitioner
