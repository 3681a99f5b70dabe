#include "partitioner/node_cost.h"

#include <gtest/gtest.h>

#include "graph/test_model.h"
#include "partitioner/calibration.h"

namespace onnxifi::partitioner {
namespace {

graph::Graph Chain() {
  Result<graph::Graph> graph = graph::ReadProto(graph::SmallModel(
      "g (float[1000] x) => (float[1000] y) { a = Relu(x) y = Neg(a) }"));
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? std::move(graph).value() : graph::Graph();
}

DeviceView View(const char* name) {
  DeviceView view;
  view.name = name;
  view.figures.macs = view.figures.bytes = 1e9;
  view.carries_values = true;
  view.support.resize(2);
  for (NodeSupport& support : view.support) support.supported = true;
  return view;
}

TEST(NodeCostTest, MeasuredComesBeforeToldBeforeRoofline) {
  const graph::Graph graph = Chain();
  DeviceView view = View("host");
  EXPECT_EQ(CostOfNode(graph, 0, view).source, CostSource::kRoofline);
  EXPECT_EQ(CostOfNode(graph, 0, view).ns, 8000);
  view.support[0].cost_ns = 700;
  view.measured = {-1, -1};
  EXPECT_EQ(CostOfNode(graph, 0, view).source, CostSource::kTold);
  EXPECT_EQ(CostOfNode(graph, 0, view).ns, 700);
  view.measured[0] = 900;
  EXPECT_EQ(CostOfNode(graph, 0, view).source, CostSource::kMeasured);
  EXPECT_EQ(CostOfNode(graph, 0, view).ns, 900);
  EXPECT_EQ(CountSources(graph, view), (SourceCounts{1, 0, 1}));
  view.support[1].supported = false;
  EXPECT_EQ(CountSources(graph, view), (SourceCounts{1, 0, 0}));
}

TEST(NodeCostTest, EmulationCostsMoreOnlyWhereItIsEstimated) {
  const graph::Graph graph = Chain();
  DeviceView view = View("host");
  view.support[0].emulated = true;
  EXPECT_EQ(CostOfNode(graph, 0, view).ns, 4 * 8000);
  view.measured = {900, -1};
  EXPECT_EQ(CostOfNode(graph, 0, view).ns, 900);
}

TEST(NodeCostTest, TimesStayInRange) {
  const graph::Graph graph = Chain();
  DeviceView view = View("host");
  view.measured = {0, INT64_MAX};
  EXPECT_EQ(CostOfNode(graph, 0, view).ns, 1);
  EXPECT_EQ(CostOfNode(graph, 1, view).ns, kMostNodeNs);
}

TEST(NodeCostTest, TheProblemHasMeasuredTimes) {
  const graph::Graph graph = Chain();
  std::vector<DeviceView> views = {View("host"), View("gpu")};
  views[1].support[0].cost_ns = 10;
  views[1].measured = {123456, -1};
  const Result<GraphProblem> made = MakeGraphProblem(graph, views);
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(made->problem.ExecNs(0, 1), 123456);
  EXPECT_EQ(made->problem.ExecNs(1, 1), 8000);
}

}  // namespace
}  // namespace onnxifi::partitioner
