#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "backends/cpu/testing/node_tester.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::NodeTester;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
using Texts = std::vector<std::string>;

constexpr char kMl[] = "ai.onnx.ml";
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Trees under construction in the form of versions 1 and 3.
struct Trees {
  Ints trees, ids, features, yes, no, missing;
  Texts modes;
  Floats values;
  Ints vote_trees, vote_ids, vote_targets;
  Floats weights;

  void Node(int64_t tree, int64_t id, const std::string& mode, int64_t feature,
            float value, int64_t yes_id, int64_t no_id, int64_t nan = 0) {
    trees.push_back(tree);
    ids.push_back(id);
    modes.push_back(mode);
    features.push_back(feature);
    values.push_back(value);
    yes.push_back(yes_id);
    no.push_back(no_id);
    missing.push_back(nan);
  }
  void Leaf(int64_t tree, int64_t id, int64_t target, float weight) {
    Node(tree, id, "LEAF", 0, 0, 0, 0);
    Vote(tree, id, target, weight);
  }
  void Vote(int64_t tree, int64_t id, int64_t target, float weight) {
    vote_trees.push_back(tree);
    vote_ids.push_back(id);
    vote_targets.push_back(target);
    weights.push_back(weight);
  }
  void AddTo(NodeTester& t, const std::string& prefix) const {
    t.Ints("nodes_treeids", trees).Ints("nodes_nodeids", ids);
    t.Ints("nodes_featureids", features).Texts("nodes_modes", modes);
    t.Floats("nodes_values", values).Ints("nodes_truenodeids", yes);
    t.Ints("nodes_falsenodeids", no);
    t.Ints("nodes_missing_value_tracks_true", missing);
    t.Ints(prefix + "treeids", vote_trees).Ints(prefix + "nodeids", vote_ids);
    t.Ints(prefix + "ids", vote_targets).Floats(prefix + "weights", weights);
  }
};

// feature 0 <mode> 0 ? first : second, all for target 0.
Trees Stump(const std::string& mode, float first, float second,
            int64_t nan = 0) {
  Trees t;
  t.Node(0, 0, mode, 0, 0, 1, 2, nan);
  t.Leaf(0, 1, 0, first);
  t.Leaf(0, 2, 0, second);
  return t;
}

NodeTester Regressor(const Trees& trees, int64_t targets) {
  NodeTester t("TreeEnsembleRegressor", 3, kMl);
  trees.AddTo(t, "target_");
  t.Int("n_targets", targets);
  return t;
}

void ExpectNear(const Floats& got, const Floats& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], 1e-6) << i;
  }
}

void ExpectScores(NodeTester& t, const Shape& dims, const Floats& expected) {
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(t.OutDims(0), dims);
  ExpectNear(t.Out<float>(0), expected);
}

TEST(TreeRegressorTest, KnowsEveryTest) {
  const std::vector<std::pair<std::string, Floats>> cases = {
      {"BRANCH_LEQ", {1, 1, 2, 2}}, {"BRANCH_LT", {1, 2, 2, 2}},
      {"BRANCH_GTE", {2, 1, 1, 2}}, {"BRANCH_GT", {2, 2, 1, 2}},
      {"BRANCH_EQ", {2, 1, 2, 2}},  {"BRANCH_NEQ", {1, 2, 1, 2}}};
  for (const auto& [mode, expected] : cases) {
    NodeTester t = Regressor(Stump(mode, 1, 2), 1);
    t.Input<float>({4, 1}, {-1, 0, 1, kNan});
    ExpectScores(t, {4, 1}, expected);
    NodeTester missing = Regressor(Stump(mode, 1, 2, 1), 1);
    missing.Input<double>({1, 1}, {kNan});
    ExpectScores(missing, {1, 1}, {1});
  }
}

TEST(TreeRegressorTest, TakesIntegersAndOneRow) {
  NodeTester ints = Regressor(Stump("BRANCH_LEQ", 1, 2), 1);
  ints.Input<int64_t>({2, 1}, {0, 1});
  ExpectScores(ints, {2, 1}, {1, 2});
  NodeTester row = Regressor(Stump("BRANCH_LEQ", 1, 2), 1);
  row.Input<int32_t>({1}, {5});
  ExpectScores(row, {1, 1}, {2});
}

// Two trees for two targets; the second one has no vote for target 1.
Trees Pair() {
  Trees t = Stump("BRANCH_LEQ", 1, 2);
  t.Vote(0, 1, 1, 10);
  t.Vote(0, 2, 1, 20);
  t.Node(7, 3, "BRANCH_LT", 1, 5, 4, 5);
  t.Leaf(7, 4, 0, 4);
  t.Leaf(7, 5, 0, -8);
  return t;
}

NodeTester Aggregated(const std::string& function) {
  NodeTester t = Regressor(Pair(), 2);
  t.Text("aggregate_function", function).Floats("base_values", {0.5f, 0});
  t.Input<float>({2, 2}, {-1, 0, 1, 9});
  return t;
}

TEST(TreeRegressorTest, Aggregates) {
  NodeTester sum = Aggregated("SUM");
  ExpectScores(sum, {2, 2}, {5.5f, 10, -5.5f, 20});
  NodeTester average = Aggregated("AVERAGE");
  ExpectScores(average, {2, 2}, {3, 5, -2.5f, 10});
  NodeTester min = Aggregated("MIN");
  ExpectScores(min, {2, 2}, {1.5f, 10, -7.5f, 20});
  NodeTester max = Aggregated("MAX");
  ExpectScores(max, {2, 2}, {4.5f, 10, 2.5f, 20});
  NodeTester bad = Aggregated("MEDIAN");
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(TreeRegressorTest, ManyRowsOnSeveralThreads) {
  NodeTester t = Regressor(Pair(), 2);
  std::vector<float> rows;
  Floats expected;
  for (int i = 0; i < 1000; ++i) {
    const bool low = i % 3 == 0;
    const bool small = i % 2 == 0;
    rows.insert(rows.end(), {low ? -1.0f : 1.0f, small ? 0.0f : 9.0f});
    expected.push_back((low ? 1.0f : 2.0f) + (small ? 4.0f : -8.0f));
    expected.push_back(low ? 10.0f : 20.0f);
  }
  t.Input<float>({1000, 2}, rows);
  ExpectScores(t, {1000, 2}, expected);
}

TEST(TreeRegressorTest, DoublesAreComparedAsDoubles) {
  Trees trees = Stump("BRANCH_LEQ", 1, 2);
  trees.values.clear();
  trees.weights.clear();
  NodeTester t = Regressor(trees, 1);
  t.Tensor<double>("nodes_values_as_tensor", {0.1, 0, 0});
  t.Tensor<double>("target_weights_as_tensor", {1, 2});
  t.Tensor<double>("base_values_as_tensor", {0.25});
  t.Input<double>({2, 1}, {0.1, 0.1 + 1e-12});
  ExpectScores(t, {2, 1}, {1.25f, 2.25f});
}

TEST(TreeRegressorTest, ALoneLeafIsATree) {
  Trees trees;
  trees.Leaf(0, 0, 0, 3);
  NodeTester t = Regressor(trees, 1);
  t.Input<float>({2, 1}, {1, 2});
  ExpectScores(t, {2, 1}, {3, 3});
}

// A set as a chain of equality tests that lead to one leaf.
TEST(TreeRegressorTest, SubtreesMayBeShared) {
  Trees trees;
  trees.Node(0, 0, "BRANCH_EQ", 0, 1, 3, 1);
  trees.Node(0, 1, "BRANCH_EQ", 0, 5, 3, 2);
  trees.Leaf(0, 2, 0, -1);
  trees.Leaf(0, 3, 0, 1);
  NodeTester t = Regressor(trees, 1);
  t.Input<float>({3, 1}, {1, 5, 3});
  ExpectScores(t, {3, 1}, {1, 1, -1});
}

onnxStatus CodeOf(const Trees& trees) {
  NodeTester t = Regressor(trees, 1);
  t.Input<float>({1, 1}, {1});
  return t.Run().code();
}

TEST(TreeRegressorTest, RefusesTreesThatAreNone) {
  EXPECT_EQ(CodeOf(Stump("BRANCH_LEQ", 1, 2)), ONNXIFI_STATUS_SUCCESS);
  Trees self = Stump("BRANCH_LEQ", 1, 2);
  self.yes[0] = 0;
  EXPECT_EQ(CodeOf(self), ONNXIFI_STATUS_INVALID_MODEL);
  Trees circle;
  circle.Node(0, 0, "BRANCH_LEQ", 0, 0, 1, 2);
  circle.Node(0, 1, "BRANCH_LEQ", 0, 0, 2, 0);
  circle.Leaf(0, 2, 0, 1);
  EXPECT_EQ(CodeOf(circle), ONNXIFI_STATUS_INVALID_MODEL);
  Trees child = Stump("BRANCH_LEQ", 1, 2);
  child.no[0] = 9;
  EXPECT_EQ(CodeOf(child), ONNXIFI_STATUS_INVALID_MODEL);
  Trees twice = Stump("BRANCH_LEQ", 1, 2);
  twice.ids[2] = 1;
  EXPECT_EQ(CodeOf(twice), ONNXIFI_STATUS_INVALID_MODEL);
  Trees mode = Stump("BRANCH_SIDEWAYS", 1, 2);
  EXPECT_EQ(CodeOf(mode), ONNXIFI_STATUS_INVALID_MODEL);
  Trees target = Stump("BRANCH_LEQ", 1, 2);
  target.vote_targets[0] = 1;
  EXPECT_EQ(CodeOf(target), ONNXIFI_STATUS_INVALID_MODEL);
  Trees lost = Stump("BRANCH_LEQ", 1, 2);
  lost.vote_ids[0] = 8;
  EXPECT_EQ(CodeOf(lost), ONNXIFI_STATUS_INVALID_MODEL);
  Trees lengths = Stump("BRANCH_LEQ", 1, 2);
  lengths.values.pop_back();
  EXPECT_EQ(CodeOf(lengths), ONNXIFI_STATUS_INVALID_MODEL);
  Trees weights = Stump("BRANCH_LEQ", 1, 2);
  weights.weights.pop_back();
  EXPECT_EQ(CodeOf(weights), ONNXIFI_STATUS_INVALID_MODEL);
  Trees negative = Stump("BRANCH_LEQ", 1, 2);
  negative.features[0] = -1;
  EXPECT_EQ(CodeOf(negative), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(CodeOf(Trees()), ONNXIFI_STATUS_INVALID_MODEL);
  Trees feature = Stump("BRANCH_LEQ", 1, 2);
  feature.features[0] = 1;
  EXPECT_EQ(CodeOf(feature), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

// A chain of this many nodes must not recurse.
TEST(TreeRegressorTest, DepthIsNoLimit) {
  constexpr int64_t kDepth = 200000;
  Trees trees;
  for (int64_t i = 0; i < kDepth; ++i) {
    trees.Node(0, i, "BRANCH_LEQ", 0, 0, kDepth,
               i + 1 < kDepth ? i + 1 : kDepth);
  }
  trees.Leaf(0, kDepth, 0, 4);
  NodeTester t = Regressor(trees, 1);
  t.Input<float>({1, 1}, {1});
  ExpectScores(t, {1, 1}, {4});
}

NodeTester Classifier(const Trees& trees, const std::string& transform) {
  NodeTester t("TreeEnsembleClassifier", 1, kMl);
  trees.AddTo(t, "class_");
  t.Text("post_transform", transform).Outputs(2);
  t.Input<float>({2, 1}, {-1, 1});
  return t;
}

float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

void ExpectClasses(NodeTester& t, const Ints& labels, const Floats& scores) {
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(t.Out<int64_t>(0), labels);
  ExpectNear(t.Out<float>(1), scores);
}

TEST(TreeClassifierTest, OneColumnOfProbabilities) {
  NodeTester t = Classifier(Stump("BRANCH_LEQ", 0.2f, 0.7f), "NONE");
  t.Ints("classlabels_int64s", {5, 9});
  ExpectClasses(t, {5, 9}, {0.8f, 0.2f, 0.3f, 0.7f});
  EXPECT_EQ(t.OutDims(1), (Shape{2, 2}));
}

TEST(TreeClassifierTest, OneColumnOfMargins) {
  const Trees trees = Stump("BRANCH_LEQ", -0.2f, 0.7f);
  NodeTester none = Classifier(trees, "NONE");
  none.Ints("classlabels_int64s", {5, 9});
  ExpectClasses(none, {5, 9}, {0.2f, -0.2f, -0.7f, 0.7f});
  NodeTester logistic = Classifier(trees, "LOGISTIC");
  logistic.Ints("classlabels_int64s", {5, 9}).Floats("base_values", {0.1f});
  ExpectClasses(logistic, {5, 9},
                {Sigmoid(0.1f), Sigmoid(-0.1f), Sigmoid(-0.8f), Sigmoid(0.8f)});
  NodeTester softmax = Classifier(trees, "SOFTMAX");
  softmax.Ints("classlabels_int64s", {5, 9});
  ExpectClasses(softmax, {5, 9},
                {Sigmoid(0.4f), Sigmoid(-0.4f), Sigmoid(-1.4f), Sigmoid(1.4f)});
}

TEST(TreeClassifierTest, TheSecondClassAlone) {
  Trees trees = Stump("BRANCH_LEQ", -0.2f, 0.7f);
  trees.vote_targets = {1, 1};
  NodeTester t = Classifier(trees, "NONE");
  t.Ints("classlabels_int64s", {5, 9});
  ExpectClasses(t, {5, 9}, {0, -0.2f, 0, 0.7f});
}

// Leaves that vote for several classes.
Trees Votes() {
  Trees t = Stump("BRANCH_LEQ", 0.9f, 0.3f);
  t.Vote(0, 1, 1, 0.1f);
  t.Vote(0, 2, 1, 0.7f);
  return t;
}

TEST(TreeClassifierTest, TwoColumns) {
  NodeTester t = Classifier(Votes(), "NONE");
  t.Ints("classlabels_int64s", {5, 9});
  ExpectClasses(t, {5, 9}, {0.9f, 0.1f, 0.3f, 0.7f});
  NodeTester base = Classifier(Votes(), "NONE");
  base.Ints("classlabels_int64s", {5, 9}).Floats("base_values", {0, 1});
  ExpectClasses(base, {9, 9}, {0.9f, 1.1f, 0.3f, 1.7f});
}

TEST(TreeClassifierTest, ClassesWithoutVotesAreNotChosen) {
  Trees trees = Stump("BRANCH_LEQ", -0.9f, -0.3f);
  trees.Vote(0, 1, 1, -0.1f);
  NodeTester t = Classifier(trees, "NONE");
  t.Texts("classlabels_strings", {"a", "b", "c"});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<std::string>(0), (Texts{"b", "a"}));
  ExpectNear(t.Out<float>(1), {-0.9f, -0.1f, 0, -0.3f, 0, 0});
}

TEST(TreeClassifierTest, OneLabel) {
  NodeTester t = Classifier(Stump("BRANCH_LEQ", -0.2f, 0.7f), "NONE");
  t.Ints("classlabels_int64s", {1});
  ExpectClasses(t, {0, 1}, {-0.2f, 0.7f});
}

TEST(TreeClassifierTest, RefusesBadLabels) {
  NodeTester none = Classifier(Votes(), "NONE");
  EXPECT_EQ(none.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester few = Classifier(Votes(), "NONE");
  few.Ints("classlabels_int64s", {5});
  EXPECT_EQ(few.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester base = Classifier(Votes(), "NONE");
  base.Ints("classlabels_int64s", {5, 9}).Floats("base_values", {1, 2, 3});
  EXPECT_EQ(base.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

// TreeEnsemble: two trees, the second one with a set.
template <typename T>
NodeTester Split(int64_t aggregate, int64_t transform) {
  NodeTester t("TreeEnsemble", 5, kMl);
  t.Ints("tree_roots", {0, 2}).Int("n_targets", 2);
  t.Int("aggregate_function", aggregate).Int("post_transform", transform);
  t.Ints("nodes_featureids", {0, 1, 1});
  t.Tensor<uint8_t>("nodes_modes", {0, 3, 6});
  t.Tensor<T>("nodes_splits", {T(0), T(2), T(0)});
  t.Ints("nodes_truenodeids", {1, 0, 3}).Ints("nodes_falsenodeids", {2, 1, 4});
  t.Ints("nodes_trueleafs", {0, 1, 1}).Ints("nodes_falseleafs", {1, 1, 1});
  t.Tensor<T>("membership_values",
              {T(4), T(1), std::numeric_limits<T>::quiet_NaN()});
  t.Ints("leaf_targetids", {0, 1, 0, 1, 0});
  t.Tensor<T>("leaf_weights", {T(1), T(2), T(4), T(8), T(16)});
  return t;
}

TEST(TreeEnsembleTest, WalksNodesAndSets) {
  NodeTester t = Split<float>(1, 0);
  t.Input<float>({4, 2}, {-1, 4, -1, 1, 3, 3, 3, kNan});
  ExpectScores(t, {4, 2}, {1, 8, 0, 10, 20, 0, 20, 0});
}

TEST(TreeEnsembleTest, GivesTheInputsType) {
  NodeTester t = Split<double>(0, 0);
  t.Input<double>({1, 2}, {3, 1});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<double>(0), (std::vector<double>{2, 4}));
  NodeTester half = Split<float>(3, 0);
  half.Input<Float16>({1, 2},
                      {FromFloat<Float16>(3.0f), FromFloat<Float16>(3.0f)});
  ASSERT_TRUE(half.Run().ok());
  const std::vector<Float16> got = half.Out<Float16>(0);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(ToFloat(got[0]), 16);
  EXPECT_EQ(ToFloat(got[1]), 0);
}

TEST(TreeEnsembleTest, Transforms) {
  NodeTester t = Split<float>(1, 2);
  t.Input<float>({1, 2}, {-1, 4});
  ExpectScores(t, {1, 2}, {Sigmoid(1), Sigmoid(8)});
}

// Unlike its predecessors: see TreeRegressorTest.KnowsEveryTest.
TEST(TreeEnsembleTest, AMissingValueDiffersFromEverySplit) {
  NodeTester t("TreeEnsemble", 5, kMl);
  t.Ints("tree_roots", {0}).Int("n_targets", 1).Ints("nodes_featureids", {0});
  t.Tensor<uint8_t>("nodes_modes", {5}).Tensor<float>("nodes_splits", {1});
  t.Ints("nodes_truenodeids", {0}).Ints("nodes_falsenodeids", {1});
  t.Ints("nodes_trueleafs", {1}).Ints("nodes_falseleafs", {1});
  t.Ints("leaf_targetids", {0, 0}).Tensor<float>("leaf_weights", {10, 20});
  t.Input<float>({3, 1}, {1, 2, kNan});
  ExpectScores(t, {3, 1}, {20, 10, 10});
}

onnxStatus SplitCode(void (*spoil)(NodeTester&)) {
  // Later attributes of the same name are not read, so the spoiled come first.
  NodeTester t("TreeEnsemble", 5, kMl);
  spoil(t);
  t.Ints("tree_roots", {0}).Int("n_targets", 1).Ints("nodes_featureids", {0});
  t.Tensor<uint8_t>("nodes_modes", {0}).Tensor<float>("nodes_splits", {1});
  t.Ints("nodes_truenodeids", {0}).Ints("nodes_falsenodeids", {1});
  t.Ints("nodes_trueleafs", {1}).Ints("nodes_falseleafs", {1});
  t.Ints("leaf_targetids", {0, 0}).Tensor<float>("leaf_weights", {1, 2});
  t.Input<float>({1, 1}, {1});
  return t.Run().code();
}

TEST(TreeEnsembleTest, RefusesTreesThatAreNone) {
  EXPECT_EQ(SplitCode([](NodeTester&) {}), ONNXIFI_STATUS_SUCCESS);
  const auto bad = ONNXIFI_STATUS_INVALID_MODEL;
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Ints("tree_roots", {1}); }), bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Ints("tree_roots", {}); }), bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Ints("nodes_falsenodeids", {2}); }),
            bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Ints("nodes_truenodeids", {-1}); }),
            bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Ints("nodes_trueleafs", {0}); }),
            bad);  // a circle
  EXPECT_EQ(SplitCode([](NodeTester& t) {
              t.Ints("leaf_targetids", {0, 1});
            }),
            bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Ints("leaf_targetids", {0}); }),
            bad);
  EXPECT_EQ(
      SplitCode([](NodeTester& t) { t.Tensor<uint8_t>("nodes_modes", {7}); }),
      bad);
  EXPECT_EQ(
      SplitCode([](NodeTester& t) { t.Tensor<uint8_t>("nodes_modes", {6}); }),
      bad);  // no set
  EXPECT_EQ(SplitCode([](NodeTester& t) {
              t.Tensor<float>("nodes_splits", {1, 2});
            }),
            bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Int("n_targets", 0); }), bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Ints("nodes_featureids", {-1}); }),
            bad);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Int("aggregate_function", 4); }),
            ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
  EXPECT_EQ(SplitCode([](NodeTester& t) { t.Int("post_transform", -1); }),
            ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

}  // namespace
}  // namespace onnxifi::cpu
