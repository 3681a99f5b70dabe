#include "partitioner/fold_constants.h"

#include <gtest/gtest.h>

#include <string>

#include "graph/test_model.h"

namespace onnxifi::partitioner {
namespace {

// Folds with zeros as results.
class FoldConstantsTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<graph::Graph> graph = graph::ReadProto(graph::SmallModel(
        R"(g (float[4] x) => (float[4] y, float[4] z)
          <float[4] w = {1, 2, 3, 4}> {
            a = Neg(w)
            b = Abs(a)
            y = Add(x, b)
            r = RandomNormal <shape = [4]> ()
            z = Mul(r, b)
          })"));
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    graph_ = std::move(graph).value();
  }

  Result<std::vector<graph::Node>> Fold(graph::DataType type, size_t count) {
    return FoldConstants(
        [&](const graph::Extract& part)
            -> Result<std::vector<graph::TensorPtr>> {
          asked_ = part.graph.nodes.size();
          EXPECT_TRUE(part.graph.inputs.empty());
          EXPECT_EQ(part.outputs.size(), 1u);
          std::vector<graph::TensorPtr> tensors;
          for (size_t i = 0; i < count; ++i) {
            ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                                     graph::MakeTensor(type, {4}));
            tensors.push_back(std::move(made.tensor));
          }
          return tensors;
        },
        &graph_);
  }

  graph::Graph graph_;
  size_t asked_ = 0;
};

TEST_F(FoldConstantsTest, TakesOutWhatDependsOnConstantsAlone) {
  const auto gone = Fold(graph::DataType::kFloat, 1);
  ASSERT_TRUE(gone.ok()) << gone.status().message();
  EXPECT_EQ(asked_, 2u);
  ASSERT_EQ(gone->size(), 2u);
  EXPECT_EQ((*gone)[0].op_type, "Neg");
  EXPECT_EQ((*gone)[1].op_type, "Abs");
  ASSERT_EQ(graph_.nodes.size(), 3u);
  EXPECT_EQ(graph_.nodes[0].op_type, "Add");
  EXPECT_EQ(graph_.nodes[1].op_type, "RandomNormal");
  EXPECT_NE(graph_.value(graph_.nodes[0].inputs[1]).constant, nullptr);
  const auto again = Fold(graph::DataType::kFloat, 1);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->empty());
}

TEST_F(FoldConstantsTest, ABadAnswerChangesNothing) {
  EXPECT_FALSE(Fold(graph::DataType::kInt64, 1).ok());
  EXPECT_FALSE(Fold(graph::DataType::kFloat, 2).ok());
  EXPECT_FALSE(Fold(graph::DataType::kFloat, 0).ok());
  EXPECT_EQ(graph_.nodes.size(), 5u);
  EXPECT_EQ(graph::ValueNamed(graph_, "b").constant, nullptr);
}

}  // namespace
}  // namespace onnxifi::partitioner
