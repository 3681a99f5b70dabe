// Interface 1.1: values that are refused.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {
namespace {

using namespace models;  // NOLINT: short names in tests

constexpr int32_t kFloat = wire::kFloat;
constexpr int32_t kString = wire::kString;
constexpr uint32_t kTensor = ONNXIFI_VALUE_KIND_TENSOR;
constexpr uint32_t kSequence = ONNXIFI_VALUE_KIND_SEQUENCE;
constexpr uint32_t kMap = ONNXIFI_VALUE_KIND_MAP;

// A good value is spoiled in one way; nothing may run or arrive then.
class BadValueTest : public ValuesTest {
 protected:
  using Spoil = std::function<void(onnxValue&)>;

  void Expect(const char* what, const std::string& model, const TestValue& good,
              onnxStatus status, const Spoil& spoil) {
    SCOPED_TRACE(what);
    onnxGraph graph = NewValueGraph(model);
    std::vector<Received> out;
    onnxValue value = good.Get();
    ASSERT_EQ(Run(graph, std::vector<onnxValue>{value}, &out),
              ONNXIFI_STATUS_SUCCESS)
        << LastError();
    spoil(value);
    const int started = Fake().started;
    EXPECT_EQ(Run(graph, std::vector<onnxValue>{value}, &out), status)
        << LastError();
    EXPECT_FALSE(LastError().empty());
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(Fake().started, started);
  }
  void Tensor(const char* what, onnxStatus status, const Spoil& spoil) {
    Expect(what, NonZero(), TestValue::Floats("x", {2}, {1, 2}), status, spoil);
  }
  void String(const char* what, onnxStatus status, const Spoil& spoil) {
    Expect(what, StringIdentity(), TestValue::Strings("x", {2}, {"a", "b"}),
           status, spoil);
  }
  void Sequence(const char* what, onnxStatus status, const Spoil& spoil) {
    Expect(what, SequenceIdentity(),
           TestValue::Of("x", kSequence,
                         {TestValue::Floats("", {1}, {1}),
                          TestValue::Floats("", {1}, {2})}),
           status, spoil);
  }
};

TEST_F(BadValueTest, Tensors) {
  using V = onnxValue;
  static const uint64_t kHuge[] = {uint64_t{1} << 63};
  static const uint64_t kProduct[] = {uint64_t{1} << 40, uint64_t{1} << 40};
  Tensor("size", ONNXIFI_STATUS_INVALID_SIZE, [](V& v) { v.structSize = 0; });
  Tensor("size 63", ONNXIFI_STATUS_INVALID_SIZE,
         [](V& v) { v.structSize = sizeof(V) - 1; });
  Tensor("size 65", ONNXIFI_STATUS_INVALID_SIZE,
         [](V& v) { v.structSize = sizeof(V) + 1; });
  Tensor("kind 0", ONNXIFI_STATUS_INVALID_DATATYPE, [](V& v) { v.kind = 0; });
  Tensor("kind 5", ONNXIFI_STATUS_INVALID_DATATYPE, [](V& v) { v.kind = 5; });
  Tensor("a sequence", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
         [](V& v) { v.kind = kSequence; });
  Tensor("type 0", ONNXIFI_STATUS_INVALID_DATATYPE,
         [](V& v) { v.dataType = 0; });
  Tensor("type 27", ONNXIFI_STATUS_INVALID_DATATYPE,
         [](V& v) { v.dataType = 27; });
  Tensor("another type", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
         [](V& v) { v.dataType = wire::kInt32; });
  Tensor("strings", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
         [](V& v) { v.dataType = kString; });
  Tensor("rank", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
         [](V& v) { v.dimensions = 65; });
  Tensor("no shape", ONNXIFI_STATUS_INVALID_SHAPE,
         [](V& v) { v.shape = nullptr; });
  Tensor("huge", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
         [](V& v) { v.shape = kHuge; });
  Tensor("overflow", ONNXIFI_STATUS_UNSUPPORTED_SHAPE, [](V& v) {
    v.dimensions = 2;
    v.shape = kProduct;
  });
  Tensor("rank of the model", ONNXIFI_STATUS_MISMATCHING_SHAPE, [](V& v) {
    static const uint64_t kTurned[] = {1, 2};
    v.dimensions = 2;
    v.shape = kTurned;
  });
  Tensor("no bytes", ONNXIFI_STATUS_INVALID_SIZE, [](V& v) { v.dataSize = 0; });
  Tensor("a byte more", ONNXIFI_STATUS_INVALID_SIZE,
         [](V& v) { ++v.dataSize; });
  Tensor("no data", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
         [](V& v) { v.data = nullptr; });
  Tensor("data at the end", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION, [](V& v) {
    v.data = reinterpret_cast<void*>(std::numeric_limits<uintptr_t>::max() - 3);
  });
  Tensor("elements", ONNXIFI_STATUS_INVALID_SIZE,
         [](V& v) { v.elementCount = 1; });
  Tensor("element array", ONNXIFI_STATUS_INVALID_SIZE,
         [](V& v) { v.elements = &v; });
  Tensor("no name", ONNXIFI_STATUS_INVALID_NAME,
         [](V& v) { v.name = nullptr; });
  Tensor("a strange name", ONNXIFI_STATUS_INVALID_NAME,
         [](V& v) { v.name = "stranger"; });
}

TEST_F(BadValueTest, Strings) {
  using V = onnxValue;
  static const onnxStringView kNull[] = {{"a", 1}, {nullptr, 2}};
  static const onnxStringView kLong[] = {{"a", SIZE_MAX}, {"b", 1}};
  String("no data", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
         [](V& v) { v.data = nullptr; });
  String("size", ONNXIFI_STATUS_INVALID_SIZE, [](V& v) { v.dataSize = 2; });
  String("NULL string", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
         [](V& v) { v.data = kNull; });
  String("long string", ONNXIFI_STATUS_INVALID_SIZE,
         [](V& v) { v.data = kLong; });
}

TEST_F(BadValueTest, Sequences) {
  using V = onnxValue;
  Sequence("no elements", ONNXIFI_STATUS_INVALID_POINTER,
           [](V& v) { v.elements = nullptr; });
  Sequence("misaligned", ONNXIFI_STATUS_INVALID_POINTER, [](V& v) {
    v.elements = reinterpret_cast<const V*>(
        reinterpret_cast<const char*>(v.elements) + 1);
  });
  Sequence("absurd count", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
           [](V& v) { v.elementCount = size_t{1} << 40; });
  Sequence("data type", ONNXIFI_STATUS_INVALID_SIZE,
           [](V& v) { v.dataType = kFloat; });
  Sequence("data size", ONNXIFI_STATUS_INVALID_SIZE,
           [](V& v) { v.dataSize = 4; });
  std::vector<V> spoiled;
  const auto element = [&](const char* what, onnxStatus status,
                           const std::function<void(V&)>& spoil) {
    Sequence(what, status, [&](V& v) {
      spoiled.assign(v.elements, v.elements + 2);
      spoil(spoiled[1]);
      v.elements = spoiled.data();
    });
  };
  element("structSize", ONNXIFI_STATUS_INVALID_SIZE,
          [](V& v) { v.structSize += 8; });
  element("kind", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
          [](V& v) { v.kind = kMap; });
  element("type", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
          [](V& v) { v.dataType = wire::kInt32; });
  EXPECT_NE(LastError().find("input 'x': element 1"), std::string::npos)
      << LastError();
}

TEST_F(BadValueTest, Maps) {
  using V = onnxValue;
  const TestValue good = TestValue::Of(
      "x", kMap,
      {TestValue::Ints("", {1, 2}), TestValue::Floats("", {2}, {1, 2})});
  const auto map = [&](const char* what, onnxStatus status,
                       const TestValue& bad) {
    const onnxValue value = bad.Get();
    Expect(what, CastMap(), good, status, [&](V& v) { v = value; });
  };
  map("one tensor", ONNXIFI_STATUS_INVALID_SIZE,
      TestValue::Of("x", kMap, {TestValue::Ints("", {1})}));
  map("nothing", ONNXIFI_STATUS_INVALID_SIZE, TestValue::Of("x", kMap, {}));
  map("lengths", ONNXIFI_STATUS_INVALID_SHAPE,
      TestValue::Of(
          "x", kMap,
          {TestValue::Ints("", {1}), TestValue::Floats("", {2}, {1, 2})}));
  map("rank", ONNXIFI_STATUS_INVALID_SHAPE,
      TestValue::Of(
          "x", kMap,
          {TestValue::Ints("", {1}), TestValue::Floats("", {1, 1}, {1})}));
  map("keys", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
      TestValue::Of("x", kMap,
                    {TestValue::Strings("", {1}, {"k"}),
                     TestValue::Floats("", {1}, {1})}));
  map("values", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
      TestValue::Of("x", kMap,
                    {TestValue::Ints("", {1}), TestValue::Ints("", {1})}));
}

TEST_F(ValuesTest, R_ext_13_NamesAndSymbols) {
  onnxGraph graph = NewGraph(models::Symbolic());
  const TestValue a = TestValue::Floats("a", {1, 3}, {1, 2, 3});
  const TestValue b = TestValue::Floats("b", {1, 3}, {1, 2, 3});
  const TestValue other = TestValue::Floats("b", {2, 3}, {1, 2, 3, 4, 5, 6});
  std::vector<Received> out;
  EXPECT_EQ(Run(graph, {a, b}, &out), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Run(graph, {a, a}, &out), ONNXIFI_STATUS_INVALID_NAME);
  EXPECT_EQ(Run(graph, {a}, &out), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  EXPECT_NE(LastError().find("'b'"), std::string::npos) << LastError();
  EXPECT_EQ(Run(graph, std::vector<onnxValue>{}, &out),
            ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  EXPECT_EQ(Run(graph, {a, other}, &out), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(LastError().find("symbol"), std::string::npos) << LastError();
  onnxRunValuesArguments run = {};
  run.structSize = sizeof(run);
  run.graph = graph;
  run.inputsCount = 2;
  run.receive = [](void*, uint32_t, const onnxValue*) -> onnxStatus {
    return ONNXIFI_STATUS_SUCCESS;
  };
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INVALID_POINTER);
}

// Random members in otherwise honest structures: never a crash, only codes.
TEST_F(ValuesTest, RandomStructuresNeverCrash) {
  onnxGraph graphs[] = {NewValueGraph(SequenceIdentity()),
                        NewValueGraph(StringIdentity()),
                        NewValueGraph(CastMap()), NewValueGraph(NonZero())};
  std::mt19937 random(7);
  const auto number = [&](uint32_t below) { return random() % below; };
  alignas(8) static const char kData[4096] = {};
  static const uint64_t kShape[64] = {1, 2, 0, 1};
  size_t succeeded = 0;
  for (int i = 0; i < 20000; ++i) {
    onnxValue elements[2] = {};
    onnxValue value = {};
    for (onnxValue* v : {&elements[0], &elements[1], &value}) {
      v->structSize = number(20) == 0 ? number(100) : sizeof(onnxValue);
      v->kind = number(6);
      v->name = number(20) == 0 ? nullptr : "x";
      v->dataType = number(4) == 0 ? number(30) : (number(2) == 0 ? 1 : 7);
      v->dimensions = number(20) == 0 ? number(70) : number(2);
      v->shape = number(20) == 0 ? nullptr : kShape;
      v->data = number(20) == 0 ? nullptr : kData;
      v->dataSize = number(2) == 0 ? 4 : number(40);
      if (v->kind != kTensor && number(4) != 0) {
        v->dataType = v->dimensions = 0;
        v->shape = nullptr;
        v->data = nullptr;
        v->dataSize = 0;
      }
    }
    if (value.kind != kTensor) {
      value.elementCount = number(3);
      value.elements = number(20) == 0 ? nullptr : elements;
    }
    std::vector<Received> out;
    const onnxStatus status =
        Run(graphs[number(4)], std::vector<onnxValue>{value}, &out);
    succeeded += status == ONNXIFI_STATUS_SUCCESS ? 1 : 0;
    ASSERT_NE(status, ONNXIFI_STATUS_INTERNAL_ERROR) << LastError();
  }
  EXPECT_GT(succeeded, 100u);
}

}  // namespace
}  // namespace onnxifi::testing
