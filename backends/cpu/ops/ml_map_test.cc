#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "backends/cpu/testing/node_tester.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::MakeTensorOf;
using testing::NodeTester;
using Texts = std::vector<std::string>;

constexpr char kMl[] = "ai.onnx.ml";

template <typename K, typename V>
RunValue MapOf(std::vector<K> keys, std::vector<V> values) {
  const auto count = static_cast<int64_t>(keys.size());
  return RunValue::Map(MakeTensorOf<K>({count}, std::move(keys)),
                       MakeTensorOf<V>({count}, std::move(values)));
}

NodeTester OnMap(const std::string& op, RunValue map) {
  NodeTester t(op, 1, kMl);
  t.Feed(std::move(map), graph::Value::Kind::kMap);
  return t;
}

TEST(CastMapTest, DenseIsOrderedByKey) {
  NodeTester t = OnMap("CastMap", MapOf<int64_t, float>({5, -1, 2}, {5, 1, 2}));
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutDims(0), (Shape{1, 3}));
  EXPECT_EQ(t.Out<float>(0), (std::vector<float>{1, 2, 5}));
}

TEST(CastMapTest, SparsePlacesByKey) {
  NodeTester t = OnMap("CastMap", MapOf<int64_t, float>({3, 1}, {2.5f, 7}));
  t.Text("map_form", "SPARSE").Int("max_map", 5).Text("cast_to", "TO_INT64");
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Out<int64_t>(0), (std::vector<int64_t>{0, 7, 0, 2, 0}));
  for (const int64_t key : {int64_t{5}, int64_t{-1}}) {
    NodeTester bad = OnMap("CastMap", MapOf<int64_t, float>({key}, {1}));
    bad.Text("map_form", "SPARSE").Int("max_map", 5);
    EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR) << key;
  }
}

TEST(CastMapTest, ConvertsStrings) {
  NodeTester to_text = OnMap("CastMap", MapOf<int64_t, float>({1}, {5.5f}));
  to_text.Text("cast_to", "TO_STRING");
  ASSERT_TRUE(to_text.Run().ok());
  EXPECT_EQ(to_text.OutDims(0), (Shape{1, 1}));
  EXPECT_EQ(to_text.Out<std::string>(0), (Texts{"5.500000"}));
  NodeTester to_float =
      OnMap("CastMap", MapOf<int64_t, std::string>({2, 1}, {"-1e2", "0.5"}));
  ASSERT_TRUE(to_float.Run().ok());
  EXPECT_EQ(to_float.Out<float>(0), (std::vector<float>{0.5f, -100}));
  NodeTester sparse = OnMap("CastMap", MapOf<int64_t, std::string>({2}, {"a"}));
  sparse.Text("cast_to", "TO_STRING").Text("map_form", "SPARSE");
  sparse.Int("max_map", 3);
  ASSERT_TRUE(sparse.Run().ok());
  EXPECT_EQ(sparse.Out<std::string>(0), (Texts{"", "", "a"}));
  NodeTester bad = OnMap("CastMap", MapOf<int64_t, std::string>({1}, {"x"}));
  bad.Text("cast_to", "TO_INT64");
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(CastMapTest, RefusesOtherMapsAndAttributes) {
  NodeTester keys = OnMap("CastMap", MapOf<std::string, float>({"a"}, {1}));
  EXPECT_EQ(keys.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
  NodeTester form = OnMap("CastMap", MapOf<int64_t, float>({1}, {1}));
  form.Text("map_form", "LOOSE");
  EXPECT_EQ(form.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
  NodeTester tensor("CastMap", 1, kMl);
  tensor.Input<float>({1}, {1});
  EXPECT_EQ(tensor.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

template <typename K, typename V>
void CheckDict(const std::string& attribute, std::vector<K> vocabulary,
               std::vector<K> keys, std::vector<V> values,
               const std::vector<V>& expected) {
  NodeTester t = OnMap("DictVectorizer", MapOf<K, V>(keys, values));
  if constexpr (std::is_same_v<K, std::string>) {
    t.Texts(attribute, vocabulary);
  } else {
    t.Ints(attribute, vocabulary);
  }
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(t.OutDims(0), (Shape{1, static_cast<int64_t>(expected.size())}));
  EXPECT_EQ(t.Out<V>(0), expected);
}

TEST(DictVectorizerTest, TakesEveryKindOfMap) {
  const Texts words = {"b", "c", "a"};
  CheckDict<std::string, int64_t>("string_vocabulary", words, {"a", "b"},
                                  {5, 2}, {2, 0, 5});
  CheckDict<std::string, float>("string_vocabulary", words, {"c", "unknown"},
                                {5, 2}, {0, 5, 0});
  CheckDict<std::string, double>("string_vocabulary", words, {}, {}, {0, 0, 0});
  CheckDict<int64_t, std::string>("int64_vocabulary", {3, -1}, {-1}, {"x"},
                                  {"", "x"});
  CheckDict<int64_t, float>("int64_vocabulary", {3, -1}, {3}, {1}, {1, 0});
  CheckDict<int64_t, double>("int64_vocabulary", {3, -1}, {-1, 3}, {1, 2},
                             {2, 1});
}

TEST(DictVectorizerTest, NeedsAVocabularyOfTheKeysKind) {
  NodeTester none =
      OnMap("DictVectorizer", MapOf<std::string, float>({"a"}, {1}));
  EXPECT_EQ(none.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester kind =
      OnMap("DictVectorizer", MapOf<std::string, float>({"a"}, {1}));
  kind.Ints("int64_vocabulary", {1});
  EXPECT_EQ(kind.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
}

TEST(ZipMapTest, GivesOneMapForEachRow) {
  NodeTester t("ZipMap", 1, kMl);
  t.Texts("classlabels_strings", {"no", "yes"});
  t.Input<float>({2, 2}, {0.25f, 0.75f, 1, 0});
  ASSERT_TRUE(t.Run().ok());
  ASSERT_TRUE(t.out(0).is_sequence());
  ASSERT_EQ(t.out(0).elements.size(), 2u);
  const RunValue& second = t.out(0).elements[1];
  ASSERT_EQ(second.kind, RunValue::Kind::kMap);
  EXPECT_EQ(NodeTester::Values<std::string>(*second.tensor),
            (Texts{"no", "yes"}));
  EXPECT_EQ(NodeTester::Values<float>(*second.elements[0].tensor),
            (std::vector<float>{1, 0}));
}

TEST(ZipMapTest, TakesARowAndIntegerKeys) {
  NodeTester t("ZipMap", 1, kMl);
  t.Ints("classlabels_int64s", {7, 8}).Input<float>({2}, {1, 2});
  ASSERT_TRUE(t.Run().ok());
  ASSERT_EQ(t.out(0).elements.size(), 1u);
  EXPECT_EQ(NodeTester::Values<int64_t>(*t.out(0).elements[0].tensor),
            (std::vector<int64_t>{7, 8}));
}

TEST(ZipMapTest, NeedsOneKeyForEachColumn) {
  NodeTester t("ZipMap", 1, kMl);
  t.Ints("classlabels_int64s", {7}).Input<float>({1, 2}, {1, 2});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  NodeTester both("ZipMap", 1, kMl);
  both.Ints("classlabels_int64s", {7}).Texts("classlabels_strings", {"a"});
  both.Input<float>({1, 1}, {1});
  EXPECT_EQ(both.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::cpu
