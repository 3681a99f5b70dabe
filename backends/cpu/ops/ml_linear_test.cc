#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "backends/cpu/testing/node_tester.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::NodeTester;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

constexpr char kMl[] = "ai.onnx.ml";

void ExpectNear(const Floats& got, const Floats& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], 2e-6) << i;
  }
}

void ExpectScores(NodeTester& t, size_t output, const Shape& dims,
                  const Floats& expected) {
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(t.OutDims(output), dims);
  ExpectNear(t.Out<float>(output), expected);
}

float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

NodeTester Regressor(const std::string& transform) {
  NodeTester t("LinearRegressor", 1, kMl);
  t.Int("targets", 2).Floats("coefficients", {0.5f, -0.2f, 0.3f, 0.3f});
  t.Floats("intercepts", {0.1f, 0.2f}).Text("post_transform", transform);
  t.Input<float>({2, 2}, {1, 2, -1, 0.5f});
  return t;
}

TEST(LinearRegressorTest, AddsUp) {
  NodeTester t = Regressor("NONE");
  ExpectScores(t, 0, {2, 2}, {0.2f, 1.1f, -0.5f, 0.05f});
  NodeTester row("LinearRegressor", 1, kMl);
  row.Floats("coefficients", {2, 3}).Input<int64_t>({2}, {1, 10});
  ExpectScores(row, 0, {1, 1}, {32});
  NodeTester wide("LinearRegressor", 1, kMl);
  std::vector<float> ones(19, 1);
  wide.Floats("coefficients", ones);
  wide.Input<double>({1, 19}, std::vector<double>(19, 2));
  ExpectScores(wide, 0, {1, 1}, {38});
}

TEST(LinearRegressorTest, TransformsItsResults) {
  NodeTester logistic = Regressor("LOGISTIC");
  ExpectScores(logistic, 0, {2, 2},
               {Sigmoid(0.2f), Sigmoid(1.1f), Sigmoid(-0.5f), Sigmoid(0.05f)});
  NodeTester softmax = Regressor("SOFTMAX");
  ExpectScores(softmax, 0, {2, 2},
               {0.2890505f, 0.7109495f, 0.3658644f, 0.6341356f});
  NodeTester probit = Regressor("PROBIT");
  ASSERT_TRUE(probit.Run().ok());
  // Defined for probabilities only; others are not a number.
  EXPECT_NEAR(probit.Out<float>(0)[0], -0.8417561f, 1e-5);
  EXPECT_TRUE(std::isnan(probit.Out<float>(0)[1]));
  NodeTester one("LinearRegressor", 1, kMl);
  one.Floats("coefficients", {1}).Text("post_transform", "LOGISTIC");
  one.Input<float>({1, 1}, {0.5f});
  ExpectScores(one, 0, {1, 1}, {Sigmoid(0.5f)});
}

TEST(LinearRegressorTest, SoftmaxZeroLeavesZerosOut) {
  NodeTester t("LinearRegressor", 1, kMl);
  t.Int("targets", 3).Floats("coefficients", {1, 0, 2});
  t.Text("post_transform", "SOFTMAX_ZERO").Input<float>({2, 1}, {1, 0});
  ASSERT_TRUE(t.Run().ok());
  const Floats got = t.Out<float>(0);
  EXPECT_NEAR(got[0], 0.2689414f, 1e-6);
  EXPECT_NEAR(got[1], 0, 1e-6);
  EXPECT_NEAR(got[2], 0.7310586f, 1e-6);
  EXPECT_EQ(got[3], 0.5f);  // no score at all
}

TEST(LinearRegressorTest, RefusesNumbersThatDoNotFit) {
  NodeTester count("LinearRegressor", 1, kMl);
  count.Int("targets", 2).Floats("coefficients", {1, 2, 3});
  count.Input<float>({1, 1}, {1});
  EXPECT_EQ(count.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester features("LinearRegressor", 1, kMl);
  features.Floats("coefficients", {1, 2, 3}).Input<float>({1, 2}, {1, 2});
  EXPECT_EQ(features.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  NodeTester targets("LinearRegressor", 1, kMl);
  targets.Int("targets", 0).Floats("coefficients", {1});
  targets.Input<float>({1, 1}, {1});
  EXPECT_EQ(targets.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester transform("LinearRegressor", 1, kMl);
  transform.Floats("coefficients", {1}).Text("post_transform", "EXP");
  transform.Input<float>({1, 1}, {1});
  EXPECT_EQ(transform.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(LinearClassifierTest, ChoosesTheHighestScore) {
  NodeTester t("LinearClassifier", 1, kMl);
  t.Floats("coefficients", {1, 0, 0, 1, -1, -1})
      .Floats("intercepts", {0, 0, 1});
  t.Texts("classlabels_strings", {"x", "y", "none"}).Outputs(2);
  t.Input<double>({3, 2}, {2, 1, 1, 3, -1, -1});
  ExpectScores(t, 1, {3, 3}, {2, 1, -2, 1, 3, -3, -1, -1, 3});
  EXPECT_EQ(t.Out<std::string>(0),
            (std::vector<std::string>{"x", "y", "none"}));
}

NodeTester OneColumn(const std::string& transform) {
  NodeTester t("LinearClassifier", 1, kMl);
  t.Floats("coefficients", {0.5f, -0.2f}).Floats("intercepts", {0.1f});
  t.Ints("classlabels_ints", {5, 9}).Text("post_transform", transform);
  t.Outputs(2).Input<float>({2, 2}, {1, 2, -1, 0.5f});
  return t;
}

TEST(LinearClassifierTest, OneColumnDecidesBetweenTwoClasses) {
  NodeTester none = OneColumn("NONE");
  ExpectScores(none, 1, {2, 2}, {0.8f, 0.2f, 1.5f, -0.5f});
  EXPECT_EQ(none.Out<int64_t>(0), (Ints{9, 5}));
  NodeTester logistic = OneColumn("LOGISTIC");
  ExpectScores(logistic, 1, {2, 2},
               {Sigmoid(-0.2f), Sigmoid(0.2f), Sigmoid(0.5f), Sigmoid(-0.5f)});
  EXPECT_EQ(logistic.Out<int64_t>(0), (Ints{9, 5}));
  NodeTester softmax = OneColumn("SOFTMAX");
  ExpectScores(softmax, 1, {2, 2},
               {Sigmoid(-0.4f), Sigmoid(0.4f), Sigmoid(1), Sigmoid(-1)});
}

TEST(LinearClassifierTest, RefusesLabelsThatDoNotFit) {
  NodeTester none("LinearClassifier", 1, kMl);
  none.Floats("coefficients", {1}).Outputs(2).Input<float>({1, 1}, {1});
  EXPECT_EQ(none.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester three("LinearClassifier", 1, kMl);
  three.Floats("coefficients", {1, 2}).Floats("intercepts", {1, 2});
  three.Ints("classlabels_ints", {1, 2, 3}).Outputs(2);
  three.Input<float>({1, 1}, {1});
  EXPECT_EQ(three.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

NodeTester Svr(const std::string& kernel) {
  NodeTester t("SVMRegressor", 1, kMl);
  t.Text("kernel_type", kernel).Floats("kernel_params", {0.5f, 0.3f, 3});
  t.Floats("support_vectors", {1, 0, 0, 1, -1, -1}).Int("n_supports", 3);
  t.Floats("coefficients", {1, 0.5f, -0.7f}).Floats("rho", {0.1f});
  t.Input<float>({2, 2}, {1, 2, -1, 0.5f});
  return t;
}

float Expected(const std::string& kernel, float a, float b) {
  const float vectors[3][2] = {{1, 0}, {0, 1}, {-1, -1}};
  const float coefficients[3] = {1, 0.5f, -0.7f};
  float sum = 0.1f;
  for (int i = 0; i < 3; ++i) {
    const float dot = a * vectors[i][0] + b * vectors[i][1];
    const float da = a - vectors[i][0];
    const float db = b - vectors[i][1];
    float k = dot;
    if (kernel == "POLY") k = std::pow(0.5f * dot + 0.3f, 3.0f);
    if (kernel == "SIGMOID") k = std::tanh(0.5f * dot + 0.3f);
    if (kernel == "RBF") k = std::exp(-0.5f * (da * da + db * db));
    sum += coefficients[i] * k;
  }
  return sum;
}

TEST(SvmRegressorTest, KnowsEveryKernel) {
  for (const char* kernel : {"LINEAR", "POLY", "RBF", "SIGMOID"}) {
    NodeTester t = Svr(kernel);
    ExpectScores(t, 0, {2, 1},
                 {Expected(kernel, 1, 2), Expected(kernel, -1, 0.5f)});
  }
}

TEST(SvmRegressorTest, OneClassGivesTheSide) {
  NodeTester t = Svr("LINEAR");
  t.Int("one_class", 1);
  ExpectScores(t, 0, {2, 1}, {1, -1});
}

TEST(SvmRegressorTest, WithoutVectorsItIsLinear) {
  NodeTester t("SVMRegressor", 1, kMl);
  t.Floats("coefficients", {1, 0.5f}).Floats("rho", {0.1f});
  t.Text("kernel_type", "RBF").Input<int32_t>({1, 2}, {1, 2});
  ExpectScores(t, 0, {1, 1}, {2.1f});
}

TEST(SvmRegressorTest, RefusesListsThatDoNotFit) {
  const auto code = [](int64_t supports, Floats vectors, Floats coefficients,
                       Floats rho, Floats params) {
    NodeTester t("SVMRegressor", 1, kMl);
    t.Int("n_supports", supports).Floats("support_vectors", vectors);
    t.Floats("coefficients", coefficients).Floats("rho", rho);
    t.Floats("kernel_params", params).Input<float>({1, 2}, {1, 2});
    return t.Run().code();
  };
  EXPECT_EQ(code(2, {1, 2, 3, 4}, {1, 2}, {0}, {}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(code(2, {1, 2, 3}, {1, 2}, {0}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code(2, {}, {1, 2}, {0}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code(2, {1, 2, 3, 4}, {1}, {0}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code(2, {1, 2, 3, 4}, {1, 2}, {}, {}),
            ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code(2, {1, 2, 3, 4}, {1, 2}, {0}, {1}),
            ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code(-1, {1, 2, 3, 4}, {1, 2}, {0}, {}),
            ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code(1, {1, 2, 3}, {1}, {0}, {}), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

NodeTester Svc(const std::string& transform) {
  NodeTester t("SVMClassifier", 1, kMl);
  t.Floats("support_vectors", {1, 0, 0, 1, -1, -1}).Outputs(2);
  t.Floats("kernel_params", {0, 0, 0}).Text("post_transform", transform);
  t.Input<float>({3, 2}, {1, 2, -1, 0.5f, 0.2f, -2});
  return t;
}

NodeTester TwoClasses(const std::string& transform) {
  NodeTester t = Svc(transform);
  t.Floats("coefficients", {1, 0.5f, -0.7f}).Ints("vectors_per_class", {2, 1});
  t.Floats("rho", {0.1f}).Ints("classlabels_ints", {5, 9});
  return t;
}

TEST(SvmClassifierTest, TwoClasses) {
  NodeTester t = TwoClasses("NONE");
  ExpectScores(t, 1, {3, 2}, {-4.2f, 4.2f, 1, -1, 1.96f, -1.96f});
  EXPECT_EQ(t.Out<int64_t>(0), (Ints{5, 9, 9}));
  NodeTester logistic = TwoClasses("LOGISTIC");
  ExpectScores(logistic, 1, {3, 2},
               {Sigmoid(-4.2f), Sigmoid(4.2f), Sigmoid(1), Sigmoid(-1),
                Sigmoid(1.96f), Sigmoid(-1.96f)});
}

TEST(SvmClassifierTest, TwoClassesWithProbabilities) {
  NodeTester t = TwoClasses("NONE");
  t.Floats("prob_a", {-1}).Floats("prob_b", {0.1f});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutDims(1), (Shape{3, 2}));
  const Floats p = t.Out<float>(1);
  EXPECT_NEAR(p[0], Sigmoid(4.1f), 1e-3);
  EXPECT_NEAR(p[0] + p[1], 1, 1e-6);
  EXPECT_NEAR(p[2], Sigmoid(-1.1f), 1e-3);
}

NodeTester ThreeClasses() {
  NodeTester t = Svc("NONE");
  t.Floats("coefficients", {1, 0.5f, -0.7f, 0.3f, 0.2f, 0.1f});
  t.Ints("vectors_per_class", {1, 1, 1}).Floats("rho", {0.1f, 0.2f, 0.3f});
  t.Texts("classlabels_strings", {"a", "b", "c"});
  return t;
}

TEST(SvmClassifierTest, ThreeClassesVote) {
  NodeTester t = ThreeClasses();
  ExpectScores(t, 1, {3, 3},
               {2.1f, 2.6f, 0.4f, -0.65f, -0.45f, 0.45f, -0.7f, -1, 0.08f});
  EXPECT_EQ(t.Out<std::string>(0), (std::vector<std::string>{"a", "b", "b"}));
}

TEST(SvmClassifierTest, ThreeClassesWithProbabilities) {
  NodeTester t = ThreeClasses();
  t.Floats("prob_a", {-1, -0.5f, -0.2f}).Floats("prob_b", {0.1f, 0, 0});
  ASSERT_TRUE(t.Run().ok());
  const Floats p = t.Out<float>(1);
  // As ONNX Runtime has it.
  const Floats known = {0.7118993f, 0.1180391f, 0.1700617f,
                        0.2324486f, 0.4195780f, 0.3479735f};
  for (size_t i = 0; i < known.size(); ++i) {
    EXPECT_NEAR(p[i], known[i], 1e-5) << i;
  }
}

TEST(SvmClassifierTest, WithoutVectorsEachClassHasAPlane) {
  NodeTester t("SVMClassifier", 1, kMl);
  t.Floats("coefficients", {1, 0.5f, -0.7f, 0.3f}).Floats("rho", {0.1f});
  t.Ints("classlabels_ints", {5, 9}).Outputs(2);
  t.Input<float>({2, 2}, {1, 2, -1, 0.5f});
  ExpectScores(t, 1, {2, 2}, {2.1f, 0, -0.65f, 0.95f});
  EXPECT_EQ(t.Out<int64_t>(0), (Ints{5, 9}));
}

TEST(SvmClassifierTest, RefusesListsThatDoNotFit) {
  const auto code = [](Ints sizes, Floats coefficients, Floats rho,
                       Floats prob_a) {
    NodeTester t = Svc("NONE");
    t.Ints("classlabels_ints", {5, 9}).Ints("vectors_per_class", sizes);
    t.Floats("coefficients", coefficients).Floats("rho", rho);
    t.Floats("prob_a", prob_a).Floats("prob_b", prob_a);
    return t.Run().code();
  };
  EXPECT_EQ(code({2, 1}, {1, 2, 3}, {0}, {}), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(code({3}, {1, 2, 3}, {0}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({4, -1}, {1, 2, 3}, {0}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({2, 1}, {1, 2}, {0}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({2, 1}, {1, 2, 3}, {}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code({2, 2}, {1, 2, 3, 4}, {0}, {}), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester few = ThreeClasses();
  few.Floats("prob_a", {1}).Floats("prob_b", {1});
  EXPECT_EQ(few.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester kernel = TwoClasses("NONE");
  kernel.Text("kernel_type", "COSINE");
  EXPECT_EQ(kernel.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

}  // namespace
}  // namespace onnxifi::cpu
