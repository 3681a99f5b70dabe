#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "backends/cpu/testing/node_tester.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::ElementType;
using testing::NodeTester;
using Texts = std::vector<std::string>;

constexpr char kMl[] = "ai.onnx.ml";
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

NodeTester Encoder(int version) {
  return NodeTester("LabelEncoder", version, kMl);
}

template <typename T>
std::vector<T> Result(NodeTester& t) {
  const Status status = t.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  return status.ok() ? t.Out<T>(0) : std::vector<T>();
}

TEST(LabelEncoderTest, Version1CountsItsStrings) {
  NodeTester to_int = Encoder(1);
  to_int.Texts("classes_strings", {"a", "b"}).Int("default_int64", -7);
  to_int.Input<std::string>({3}, {"b", "z", "a"});
  EXPECT_EQ(Result<int64_t>(to_int), (std::vector<int64_t>{1, -7, 0}));
  NodeTester to_text = Encoder(1);
  to_text.Texts("classes_strings", {"a", "b"});
  to_text.Input<int64_t>({3}, {1, 5, -1});
  EXPECT_EQ(Result<std::string>(to_text), (Texts{"b", "_Unused", "_Unused"}));
}

// Two keys and their values as attributes of version 2, and what they are.
template <typename T>
void AddList(NodeTester& t, const std::string& prefix, std::vector<T> list) {
  if constexpr (std::is_same_v<T, std::string>) {
    t.Texts(prefix + "_strings", std::move(list));
  } else if constexpr (std::is_same_v<T, float>) {
    t.Floats(prefix + "_floats", std::move(list));
  } else {
    t.Ints(prefix + "_int64s", std::move(list));
  }
}

template <typename K, typename V>
void CheckPair(const std::vector<K>& keys, const std::vector<V>& values,
               K unknown, V fallback) {
  for (const int version : {2, 4}) {
    NodeTester t = Encoder(version);
    AddList(t, "keys", keys);
    AddList(t, "values", values);
    t.Input<K>({1, 3}, {keys[1], unknown, keys[0]});
    EXPECT_EQ(Result<V>(t), (std::vector<V>{values[1], fallback, values[0]}));
    EXPECT_EQ(t.OutDims(0), (Shape{1, 3}));
  }
  NodeTester t = Encoder(4);
  t.Tensor<K>("keys_tensor", keys);
  t.Tensor<V>("values_tensor", values);
  t.Tensor<V>("default_tensor", {values[0]});
  t.Input<K>({2}, {unknown, keys[1]});
  EXPECT_EQ(Result<V>(t), (std::vector<V>{values[0], values[1]}));
}

TEST(LabelEncoderTest, MapsEveryPairOfTypes) {
  const Texts words = {"one", "two"};
  const std::vector<int64_t> ints = {10, 20};
  const std::vector<float> floats = {0.5f, -1};
  CheckPair<std::string, std::string>(words, words, "?", "_Unused");
  CheckPair<std::string, int64_t>(words, ints, "?", -1);
  CheckPair<std::string, float>(words, floats, "?", 0);
  CheckPair<int64_t, std::string>(ints, words, 7, "_Unused");
  CheckPair<int64_t, int64_t>(ints, ints, 7, -1);
  CheckPair<int64_t, float>(ints, floats, 7, 0);
  CheckPair<float, std::string>(floats, words, 7, "_Unused");
  CheckPair<float, int64_t>(floats, ints, 7, -1);
  CheckPair<float, float>(floats, floats, 7, 0);
}

template <typename K, typename V>
void CheckTensors(std::vector<K> keys, std::vector<V> values) {
  NodeTester t = Encoder(4);
  t.Tensor<K>("keys_tensor", keys);
  t.Tensor<V>("values_tensor", values);
  t.Input<K>({3}, {keys[1], keys[0], K{99}});
  EXPECT_EQ(Result<V>(t), (std::vector<V>{values[1], values[0], V(-1)}));
}

TEST(LabelEncoderTest, Version4TakesSmallAndWideTypes) {
  CheckTensors<int16_t, int32_t>({1, -2}, {100000, 5});
  CheckTensors<int32_t, int16_t>({100000, 5}, {1, -2});
  CheckTensors<double, int32_t>({0.1, -5}, {100000, 5});
}

TEST(LabelEncoderTest, NanIsAKey) {
  const float other_nan = -kNan;
  for (const int version : {2, 4}) {
    NodeTester t = Encoder(version);
    t.Floats("keys_floats", {0, kNan}).Texts("values_strings", {"zero", "nan"});
    t.Input<float>({4}, {kNan, -0.0f, 1, other_nan});
    EXPECT_EQ(Result<std::string>(t), (Texts{"nan", "zero", "_Unused", "nan"}));
  }
}

TEST(LabelEncoderTest, RepeatedKeysTakeFirstOrLast) {
  for (const int version : {2, 4}) {
    NodeTester t = Encoder(version);
    t.Texts("keys_strings", {"a", "a"}).Ints("values_int64s", {1, 2});
    t.Input<std::string>({}, {"a"});
    EXPECT_EQ(Result<int64_t>(t), (std::vector<int64_t>{version == 2 ? 1 : 2}));
  }
}

TEST(LabelEncoderTest, RefusesBadLists) {
  NodeTester length = Encoder(2);
  length.Ints("keys_int64s", {1, 2}).Ints("values_int64s", {1});
  length.Input<int64_t>({1}, {1});
  EXPECT_EQ(length.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester two = Encoder(2);
  two.Ints("keys_int64s", {1}).Floats("keys_floats", {1});
  two.Ints("values_int64s", {1}).Input<int64_t>({1}, {1});
  EXPECT_EQ(two.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester fallback = Encoder(4);
  fallback.Ints("keys_int64s", {1}).Ints("values_int64s", {1});
  fallback.Tensor<float>("default_tensor", {1}).Input<int64_t>({1}, {1});
  EXPECT_EQ(fallback.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  NodeTester type = Encoder(2);
  type.Ints("keys_int64s", {1}).Ints("values_int64s", {1});
  type.Input<float>({1}, {1});
  EXPECT_EQ(type.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
}

TEST(CategoryMapperTest, MapsBothWays) {
  NodeTester to_int("CategoryMapper", 1, kMl);
  to_int.Texts("cats_strings", {"a", "b"}).Ints("cats_int64s", {5, 6});
  to_int.Int("default_int64", -7).Input<std::string>({3}, {"b", "?", "a"});
  EXPECT_EQ(Result<int64_t>(to_int), (std::vector<int64_t>{6, -7, 5}));
  NodeTester to_text("CategoryMapper", 1, kMl);
  to_text.Texts("cats_strings", {"a", "b"}).Ints("cats_int64s", {5, 6});
  to_text.Text("default_string", "?").Input<int64_t>({2, 1}, {6, 0});
  EXPECT_EQ(Result<std::string>(to_text), (Texts{"b", "?"}));
  NodeTester length("CategoryMapper", 1, kMl);
  length.Texts("cats_strings", {"a"}).Ints("cats_int64s", {5, 6});
  length.Input<int64_t>({1}, {6});
  EXPECT_EQ(length.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::cpu
