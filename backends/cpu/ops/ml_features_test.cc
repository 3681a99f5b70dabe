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

constexpr char kMl[] = "ai.onnx.ml";
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

NodeTester Ml(const std::string& op) { return NodeTester(op, 1, kMl); }

void ExpectFloats(NodeTester& t, const Shape& dims, const Floats& expected) {
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(t.OutDims(0), dims);
  const Floats got = t.Out<float>(0);
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_FLOAT_EQ(got[i], expected[i]) << i;
  }
}

TEST(ArrayFeatureExtractorTest, PicksColumnsOfAnyType) {
  NodeTester t = Ml("ArrayFeatureExtractor");
  t.Input<std::string>({2, 2}, {"a", "b", "c", "d"});
  t.Input<int64_t>({1, 2}, {1, 1});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<std::string>(0),
            (std::vector<std::string>{"b", "b", "d", "d"}));

  NodeTester bad = Ml("ArrayFeatureExtractor");
  bad.Input<double>({2}, {1, 2}).Input<int64_t>({1}, {2});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(BinarizerTest, ComparesInEveryType) {
  NodeTester t = Ml("Binarizer");
  t.Float("threshold", 1.5f).Input<int32_t>({1, 3}, {1, 2, -1});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<int32_t>(0), (std::vector<int32_t>{0, 1, 0}));
}

TEST(ScalerTest, ScalesByFeatureOrByOneValue) {
  NodeTester each = Ml("Scaler");
  each.Floats("offset", {1, 2}).Floats("scale", {10, 100});
  each.Input<float>({2, 2}, {1, 2, 3, 4});
  ExpectFloats(each, {2, 2}, {0, 0, 20, 200});

  NodeTester one = Ml("Scaler");
  one.Floats("offset", {1}).Floats("scale", {2}).Input<int64_t>({3}, {1, 2, 3});
  ExpectFloats(one, {3}, {0, 2, 4});

  NodeTester part = Ml("Scaler");
  part.Floats("scale", {0.5f}).Input<double>({1, 2}, {1, -3});
  ExpectFloats(part, {1, 2}, {0.5f, -1.5f});
}

TEST(ScalerTest, RefusesListsOfAnotherLength) {
  NodeTester t = Ml("Scaler");
  t.Floats("offset", {1, 2}).Input<float>({1, 3}, {1, 2, 3});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(NormalizerTest, DividesByTheNorm) {
  const Floats rows = {1, -4, 2, 0, 0, 0};
  NodeTester max = Ml("Normalizer");
  max.Text("norm", "MAX").Input<float>({2, 3}, rows);
  ExpectFloats(max, {2, 3}, {0.5f, -2, 1, 0, 0, 0});
  NodeTester l1 = Ml("Normalizer");
  l1.Text("norm", "L1").Input<float>({2, 3}, rows);
  ExpectFloats(l1, {2, 3}, {1 / 7.f, -4 / 7.f, 2 / 7.f, 0, 0, 0});
  NodeTester l2 = Ml("Normalizer");
  l2.Text("norm", "L2").Input<int32_t>({2}, {3, -4});
  ExpectFloats(l2, {2}, {0.6f, -0.8f});

  NodeTester bad = Ml("Normalizer");
  bad.Text("norm", "L3").Input<float>({1}, {1});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(ImputerTest, ReplacesNanAndValues) {
  NodeTester nan = Ml("Imputer");
  nan.Float("replaced_value_float", kNan);
  nan.Floats("imputed_value_floats", {7, 8});
  nan.Input<float>({2, 2}, {1, kNan, kNan, 4});
  ExpectFloats(nan, {2, 2}, {1, 8, 7, 4});

  NodeTester zero = Ml("Imputer");
  zero.Int("replaced_value_int64", 0).Ints("imputed_value_int64s", {-1});
  zero.Input<int64_t>({3}, {0, 5, 0});
  ASSERT_TRUE(zero.Run().ok());
  EXPECT_EQ(zero.Out<int64_t>(0), (std::vector<int64_t>{-1, 5, -1}));

  NodeTester wide = Ml("Imputer");
  wide.Float("replaced_value_float", 2).Floats("imputed_value_floats", {9});
  wide.Input<double>({1, 2}, {2, kNan});
  ASSERT_TRUE(wide.Run().ok());
  EXPECT_EQ(wide.Out<double>(0)[0], 9);
  EXPECT_TRUE(std::isnan(wide.Out<double>(0)[1]));
}

TEST(ImputerTest, NeedsValuesOfTheInputsKind) {
  NodeTester kind = Ml("Imputer");
  kind.Floats("imputed_value_floats", {1}).Input<int32_t>({1}, {0});
  EXPECT_EQ(kind.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester length = Ml("Imputer");
  length.Floats("imputed_value_floats", {1, 2}).Input<float>({3}, {0, 0, 0});
  EXPECT_EQ(length.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(OneHotEncoderTest, EncodesNumbersAndStrings) {
  NodeTester t = Ml("OneHotEncoder");
  t.Ints("cats_int64s", {1, 3}).Input<float>({2, 2}, {1.7f, 2, 3, 9});
  ExpectFloats(t, {2, 2, 2}, {1, 0, 0, 0, 0, 1, 0, 0});
  NodeTester text = Ml("OneHotEncoder");
  text.Texts("cats_strings", {"a", "b", "c"});
  text.Input<std::string>({2}, {"c", "?"});
  ExpectFloats(text, {2, 3}, {0, 0, 1, 0, 0, 0});
  NodeTester scalar = Ml("OneHotEncoder");
  scalar.Ints("cats_int64s", {1, 3}).Input<int64_t>({}, {3});
  ExpectFloats(scalar, {2}, {0, 1});
}

TEST(OneHotEncoderTest, UnknownCategoriesCanBeForbidden) {
  NodeTester t = Ml("OneHotEncoder");
  t.Ints("cats_int64s", {1}).Int("zeros", 0).Input<int64_t>({2}, {1, 2});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  NodeTester none = Ml("OneHotEncoder");
  none.Input<int64_t>({1}, {1});
  EXPECT_EQ(none.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester kind = Ml("OneHotEncoder");
  kind.Ints("cats_int64s", {1}).Input<std::string>({1}, {"1"});
  EXPECT_EQ(kind.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(FeatureVectorizerTest, JoinsCutsAndFills) {
  NodeTester t = Ml("FeatureVectorizer");
  t.Ints("inputdimensions", {3, 1});
  t.Input<float>({2, 2}, {1, 2, 3, 4}).Input<int64_t>({2, 2}, {5, 6, 7, 8});
  ExpectFloats(t, {2, 4}, {1, 2, 0, 5, 3, 4, 0, 7});
  NodeTester row = Ml("FeatureVectorizer");
  row.Ints("inputdimensions", {2, 3});
  row.Input<double>({2}, {1, 2}).Input<double>({3}, {5, 6, 7});
  ExpectFloats(row, {1, 5}, {1, 2, 5, 6, 7});
}

TEST(FeatureVectorizerTest, RefusesRowsThatDoNotFit) {
  NodeTester rows = Ml("FeatureVectorizer");
  rows.Ints("inputdimensions", {1, 1});
  rows.Input<float>({2, 1}, {1, 2}).Input<float>({1, 1}, {3});
  EXPECT_EQ(rows.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  NodeTester list = Ml("FeatureVectorizer");
  list.Ints("inputdimensions", {1, 1}).Input<float>({1, 1}, {1});
  EXPECT_EQ(list.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester negative = Ml("FeatureVectorizer");
  negative.Ints("inputdimensions", {-1}).Input<float>({1, 1}, {1});
  EXPECT_EQ(negative.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::cpu
