#include "client/abi_value.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>
#include <vector>

namespace onnxifi::client {
namespace {

using graph::DataType;

HostValue Floats(const char* name, const std::vector<float>& values) {
  HostTensor tensor = HostTensor::Make(name, DataType::kFloat,
                                       {static_cast<int64_t>(values.size())})
                          .value();
  if (!values.empty()) {
    std::memcpy(tensor.bytes().data(), values.data(), tensor.bytes().size());
  }
  return HostValue(std::move(tensor));
}

HostValue Strings(const char* name, const std::vector<std::string>& values) {
  HostTensor tensor = HostTensor::Make(name, DataType::kString,
                                       {static_cast<int64_t>(values.size())})
                          .value();
  std::copy(values.begin(), values.end(), tensor.strings().begin());
  return HostValue(std::move(tensor));
}

HostValue Of(HostValue::Kind kind, std::vector<HostValue> elements) {
  HostValue value;
  value.kind = kind;
  value.tensor.set_name("v");
  value.elements = std::move(elements);
  return value;
}

TEST(AbiValueTest, EverythingSurvivesTheWayThroughTheInterface) {
  std::vector<HostValue> values;
  values.push_back(Floats("f", {1, 2}));
  values.push_back(Strings("s", {"a", std::string("\0b", 2), ""}));
  std::vector<HostValue> list;
  list.push_back(Floats("", {3}));
  list.push_back(Floats("", {}));
  values.push_back(Of(HostValue::Kind::kSequence, std::move(list)));
  values.push_back(Of(HostValue::Kind::kOptional, {}));
  HostValue map = Strings("m", {"k1", "k2"});
  map.kind = HostValue::Kind::kMap;
  map.elements.push_back(Floats("", {7, 8}));
  values.push_back(std::move(map));

  const AbiValues abi(values);
  for (size_t i = 0; i < values.size(); ++i) {
    SCOPED_TRACE(i);
    Result<HostValue> copy = CopyAbiValue(abi.first() + i);
    ASSERT_TRUE(copy.ok()) << copy.status().message();
    EXPECT_EQ(copy->kind, values[i].kind);
    EXPECT_EQ(copy->name(), values[i].name());
    EXPECT_EQ(copy->elements.size(), values[i].elements.size());
    EXPECT_EQ(copy->tensor.dims(), values[i].tensor.dims());
    EXPECT_TRUE(std::equal(
        copy->tensor.strings().begin(), copy->tensor.strings().end(),
        values[i].tensor.strings().begin(), values[i].tensor.strings().end()));
  }
  Result<HostValue> sequence = CopyAbiValue(abi.first() + 2);
  EXPECT_EQ(ElementAsDouble(sequence->elements[0].tensor, 0), 3);
  Result<HostValue> copied_map = CopyAbiValue(abi.first() + 4);
  EXPECT_EQ(ElementAsDouble(copied_map->elements[0].tensor, 1), 8);
  EXPECT_EQ(AbiValues({}).first(), nullptr);
}

// A tensor, a sequence of two and a map, each spoiled in one way.
TEST(AbiValueTest, BrokenValuesAreErrors) {
  const HostValue tensor = Floats("f", {1, 2});
  std::vector<HostValue> list;
  list.push_back(Floats("", {1}));
  list.push_back(Floats("", {2}));
  const HostValue sequence = Of(HostValue::Kind::kSequence, std::move(list));
  const auto broken = [](const HostValue& good,
                         const std::function<void(onnxValue&)>& spoil) {
    const AbiValues abi(std::span(&good, 1));
    onnxValue value = *abi.first();
    EXPECT_TRUE(CopyAbiValue(&value).ok());
    spoil(value);
    const Status status = CopyAbiValue(&value).status();
    EXPECT_EQ(status.code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  };
  using V = onnxValue;
  const uint64_t huge[] = {std::numeric_limits<uint64_t>::max()};
  const uint64_t product[] = {uint64_t{1} << 40, uint64_t{1} << 40};
  broken(tensor, [](V& v) { v.structSize = sizeof(V) - 1; });
  broken(tensor, [](V& v) { v.kind = 0; });
  broken(tensor, [](V& v) { v.kind = 5; });
  broken(tensor, [](V& v) { v.dataType = 0; });
  broken(tensor, [](V& v) { v.dataType = 27; });
  broken(tensor, [](V& v) { v.dimensions = 65; });
  broken(tensor, [](V& v) { v.shape = nullptr; });
  broken(tensor, [&](V& v) { v.shape = huge; });
  broken(tensor, [&](V& v) {
    v.shape = product;
    v.dimensions = 2;
  });
  broken(tensor, [](V& v) { v.dataSize = 7; });
  broken(tensor, [](V& v) { v.data = nullptr; });
  broken(tensor, [](V& v) { v.dataType = 8; });
  broken(sequence, [](V& v) { v.elements = nullptr; });
  broken(sequence, [](V& v) { v.elementCount = size_t{1} << 40; });
  broken(sequence, [](V& v) { v.kind = ONNXIFI_VALUE_KIND_OPTIONAL; });
  broken(sequence, [](V& v) {
    v.kind = ONNXIFI_VALUE_KIND_MAP;
    v.elementCount = 1;
  });
  const onnxStringView views[] = {{nullptr, 3}, {"a", 1}};
  broken(Strings("s", {"a", "b"}), [&](V& v) { v.data = views; });
  EXPECT_FALSE(CopyAbiValue(nullptr).ok());
}

TEST(AbiValueTest, DepthIsBounded) {
  HostValue value = Floats("", {1});
  for (int i = 0; i < ONNXIFI_VALUE_MAX_DEPTH; ++i) {
    std::vector<HostValue> one;
    one.push_back(std::move(value));
    value = Of(HostValue::Kind::kSequence, std::move(one));
  }
  EXPECT_TRUE(CopyAbiValue(AbiValues(std::span(&value, 1)).first()).ok());
  std::vector<HostValue> one;
  one.push_back(std::move(value));
  const HostValue deeper = Of(HostValue::Kind::kSequence, std::move(one));
  EXPECT_FALSE(CopyAbiValue(AbiValues(std::span(&deeper, 1)).first()).ok());
}

}  // namespace
}  // namespace onnxifi::client
