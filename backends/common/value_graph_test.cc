#include "backends/common/value_graph.h"

#include <gtest/gtest.h>

#include "backends/common/testing/value_graph_kit.h"
#include "backends/common/value_partition.h"

namespace onnxifi {
namespace {

using graph::DataType;
using graph::Graph;
using graph::Shape;
using graph::TensorPtr;
using graph::ValueId;
using testing::FloatsOf;
using testing::FloatTensor;
using testing::GraphMaker;
using testing::IntTensor;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

TEST(ValueGraphTest, AGraphOfPlannedNumbersStaysPlanned) {
  GraphMaker g;
  g.Input("x", {2}).Op("AddOne", {"x"}, "y").Output("y");
  ASSERT_TRUE(g.Compile().ok());
  EXPECT_FALSE(g.compiled->by_value());
  EXPECT_FALSE(g.compiled->RunValues(g.scope, {}, &g.results).ok());
}

TEST(ValueGraphTest, AShapeFromDataIsPlannedLateOncePerValue) {
  GraphMaker g;
  g.Input("x", {2, 3}).Input("dims", {-1}, DataType::kInt64);
  g.Op("AddOne", {"x"}, "a").Op("Reshape", {"a", "dims"}, "b");
  g.Op("AddOne", {"b"}, "y").Output("y");
  // What the model says about the result is wrong for some values.
  g.Dims("b", {6}).Dims("y", {6});
  testing::g_prepared = 0;
  const TensorPtr x = FloatTensor({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const Ints& dims : {Ints{6}, Ints{3, 2}, Ints{6}, Ints{3, 2}}) {
    EXPECT_OK(g.Run({x, IntTensor(dims)}));
    EXPECT_TRUE(g.compiled->by_value());
    EXPECT_EQ(FloatsOf(g.results[0]), (Floats{3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(g.results[0].tensor->dims, Shape(dims.begin(), dims.end()));
  }
  EXPECT_EQ(testing::g_prepared, 2);
  EXPECT_EQ(g.Run({x, IntTensor({7})}).code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(ValueGraphTest, ADeclaredRankIsNotTrusted) {
  GraphMaker g;
  g.Input("x", {6}).Input("dims", {-1}, DataType::kInt64);
  g.Op("Reshape", {"x", "dims"}, "a").Op("AddOne", {"a"}, "y").Output("y");
  g.Dims("a", {6});
  EXPECT_OK(g.Run({FloatTensor({6}, Floats(6)), IntTensor({2, 3})}));
  EXPECT_EQ(g.results[0].tensor->dims, (Shape{2, 3}));
}

TEST(ValueGraphTest, ManyShapesPushOutTheOldestPlans) {
  GraphMaker g;
  g.Input("x", {-1}).Input("dims", {-1}, DataType::kInt64);
  g.Op("Reshape", {"x", "dims"}, "a").Op("AddOne", {"a"}, "b");
  g.Op("AddOne", {"b"}, "y").Output("y");
  for (int round = 0; round < 2; ++round) {
    for (int64_t n = 1; n < 40; ++n) {
      EXPECT_OK(g.Run({FloatTensor({n}, Floats(static_cast<size_t>(n), 1)),
                       IntTensor({n, 1})}));
      EXPECT_EQ(g.results[0].tensor->dims, (Shape{n, 1}));
      EXPECT_EQ(FloatsOf(g.results[0]).back(), 3);
    }
  }
}

TEST(ValueGraphTest, EvaluatedNodesStandBetweenSegments) {
  GraphMaker g;
  g.Input("x", {4}).Op("AddOne", {"x"}, "a").Op("Positive", {"a"}, "b");
  g.Op("AddOne", {"b"}, "c").Op("Positive", {"c"}, "y").Output("y").Output("a");
  EXPECT_OK(g.Run({FloatTensor({4}, {-3, -1, 0, 5})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{2, 7}));
  EXPECT_EQ(FloatsOf(g.results[1]), (Floats{-2, 0, 1, 6}));
}

TEST(ValueGraphTest, ShapesOfEarlierSegmentsAreKnownInLaterOnes) {
  GraphMaker g;
  g.Input("x", {-1, -1}).Op("Copy", {"x"}, "a").Op("Shape", {"a"}, "s");
  g["s"].type = DataType::kInt64;
  g.Op("Copy", {"s"}, "s2");
  g["s2"].type = DataType::kInt64;
  g.Op("Positive", {"x"}, "p").Op("AddOne", {"p"}, "q");
  g.Op("Reshape", {"q", "s2"}, "y").Output("y");

  Graph copy = g.graph;
  const OpRegistry registry(testing::kTestTables);
  const Result<ValuePartition> parts = PartitionGraph(copy, false, registry);
  ASSERT_TRUE(parts.ok()) << parts.status().message();
  EXPECT_EQ(parts->choices[5].mode, OpChoice::Mode::kPlanned);
  ASSERT_EQ(parts->stages.size(), 2u);
  EXPECT_EQ(parts->stages[1].planned, (std::vector<size_t>{4, 5}));
  EXPECT_EQ(parts->stages[1].repeated, (std::vector<size_t>{1, 2}));
  EXPECT_EQ(parts->stages[0].outputs, (std::vector<ValueId>{g.Id("a")}));

  EXPECT_OK(g.Run({FloatTensor({2, 2}, {1, 2, 3, 4})}));
  EXPECT_EQ(g.results[0].tensor->dims, (Shape{2, 2}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{2, 3, 4, 5}));
}

TEST(ValueGraphTest, ARandomShapeIsNotTakenForKnown) {
  GraphMaker g;
  g.Input("x", {-1}).Op("Dice", {}, "r").Op("Reshape", {"x", "r"}, "y");
  g["r"].type = DataType::kInt64;
  g.Output("y");
  testing::g_random = 0;
  EXPECT_OK(g.Run({FloatTensor({1}, {5})}));
  EXPECT_OK(g.Run({FloatTensor({2}, {5, 6})}));
  EXPECT_EQ(g.results[0].tensor->dims, (Shape{2}));
}

TEST(ValueGraphTest, EvaluatedConstantsAreFolded) {
  GraphMaker g;
  g.Constant("c", FloatTensor({3}, {1, -1, 2})).Input("x", {2});
  g.Op("Positive", {"c"}, "p").Op("Copy", {"p"}, "y").Output("y");
  ASSERT_TRUE(g.Compile().ok());
  EXPECT_FALSE(g.compiled->by_value());
}

TEST(ValueGraphTest, OutputsMayBeInputsAndConstants) {
  GraphMaker g;
  g.Input("x", {1}).Constant("c", FloatTensor({1}, {4}));
  g.Op("Positive", {"x"}, "y");
  g.Output("x").Output("c").Output("y");
  EXPECT_OK(g.Run({FloatTensor({1}, {3})}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{3}));
  EXPECT_EQ(FloatsOf(g.results[1]), (Floats{4}));
  EXPECT_EQ(FloatsOf(g.results[2]), (Floats{3}));
}

TEST(ValueGraphTest, EvaluateKernelsSeeAlignedTensors) {
  GraphMaker g;
  g.Input("x", {2}).Op("Positive", {"x"}, "y").Output("y");
  alignas(8) char memory[9];
  const float values[2] = {1, -1};
  std::memcpy(memory + 1, values, sizeof(values));
  graph::TensorData tensor;
  tensor.type = DataType::kFloat;
  tensor.dims = {2};
  tensor.data = memory + 1;
  tensor.bytes = sizeof(values);
  EXPECT_OK(g.Run({std::make_shared<const graph::TensorData>(tensor)}));
  EXPECT_EQ(FloatsOf(g.results[0]), (Floats{1}));
}

}  // namespace
}  // namespace onnxifi
