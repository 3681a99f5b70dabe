// Interface 1.1: models that need values, and runs on values.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {
namespace {

using fixtures::Dims;
using fixtures::ModelBuilder;
using fixtures::SequenceType;
using fixtures::TensorType;
using fixtures::WireWriter;

constexpr int32_t kFloat = fixtures::kFloat;
constexpr int32_t kString = fixtures::kString;
constexpr uint32_t kTensor = ONNXIFI_VALUE_KIND_TENSOR;
constexpr uint32_t kSequence = ONNXIFI_VALUE_KIND_SEQUENCE;
constexpr uint32_t kOptional = ONNXIFI_VALUE_KIND_OPTIONAL;
constexpr uint32_t kMap = ONNXIFI_VALUE_KIND_MAP;

std::string OptionalType(const std::string& element) {
  return WireWriter().Bytes(9, WireWriter().Bytes(1, element).bytes()).bytes();
}
std::string MapType(int32_t key, const std::string& value) {
  const std::string map = WireWriter()
                              .Varint(1, static_cast<uint64_t>(key))
                              .Bytes(2, value)
                              .bytes();
  return WireWriter().Bytes(5, map).bytes();
}

std::string IdentityOf(const std::string& type) {
  return ModelBuilder(11, 23)
      .InputOfType("x", type)
      .OutputOfType("y", type)
      .Node("Identity", {"x"}, {"y"})
      .Build();
}
std::string StringIdentity() { return IdentityOf(TensorType(kString, {"N"})); }
std::string SequenceIdentity() {
  return IdentityOf(SequenceType(TensorType(kFloat, {"N"})));
}
std::string NonZero() {
  return ModelBuilder()
      .Input("x", kFloat, {"N"})
      .Output("y", fixtures::kInt64, {1, "M"})
      .Node("NonZero", {"x"}, {"y"})
      .Build();
}
std::string CastMap() {
  return ModelBuilder()
      .Opset("ai.onnx.ml", 1)
      .InputOfType("x", MapType(fixtures::kInt64, TensorType(kFloat, {})))
      .Output("y", kFloat, {1, "M"})
      .Node("CastMap", {"x"}, {"y"}, {}, "ai.onnx.ml")
      .Build();
}
std::string ZipMap() {
  const std::string labels = WireWriter()
                                 .Bytes(1, "classlabels_strings")
                                 .Bytes(9, "cat")
                                 .Bytes(9, "dog")
                                 .Varint(20, 8)
                                 .bytes();
  return ModelBuilder()
      .Opset("ai.onnx.ml", 1)
      .Input("x", kFloat, {"N", 2})
      .OutputOfType("y", SequenceType(MapType(kString, TensorType(kFloat, {}))))
      .Node("ZipMap", {"x"}, {"y"}, {labels}, "ai.onnx.ml")
      .Build();
}

TEST_F(ValuesTest, R_ext_9_R_ext_10_OnlyTheNewCallsTakeTheseModels) {
  for (const std::string& model :
       {StringIdentity(), SequenceIdentity(), CastMap(), ZipMap(),
        IdentityOf(TensorType(17, {2})), IdentityOf(TensorType(22, {3})),
        IdentityOf(OptionalType(TensorType(kFloat, {2})))}) {
    EXPECT_EQ(Check(model), ONNXIFI_STATUS_SUCCESS) << LastError();
    NewValueGraph(model);
    EXPECT_EQ(onnxGetBackendCompatibility(id_, model.size(), model.data()),
              ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
    EXPECT_NE(LastError().find(ONNXIFI_GET_INTERFACE_FUNCTION_NAME),
              std::string::npos)
        << LastError();
    onnxGraph graph = Garbage();
    EXPECT_EQ(InitGraph(model, &graph), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
    EXPECT_EQ(graph, nullptr);
  }
  EXPECT_EQ(Check(models::Add()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Check(models::BadOperator()), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
}

// No operator of ONNX takes such types; a graph may still have them.
TEST_F(ValuesTest, R_ext_5_DeepTypesAreRefused) {
  const auto with_unused = [](const std::string& type) {
    return ModelBuilder()
        .InputOfType("unused", type)
        .Input("x", kFloat, {2})
        .Output("y", kFloat, {2})
        .Node("Identity", {"x"}, {"y"})
        .Build();
  };
  std::string type = TensorType(kFloat, {});
  for (int i = 0; i < ONNXIFI_VALUE_MAX_DEPTH; ++i) type = SequenceType(type);
  EXPECT_EQ(Check(with_unused(type)), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(Check(with_unused(SequenceType(type))),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  EXPECT_NE(LastError().find("deeper"), std::string::npos) << LastError();
  EXPECT_EQ(Check(with_unused(MapType(kFloat, TensorType(kFloat, {})))),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE)
      << "keys are integers or strings";
}

TEST_F(ValuesTest, R_ext_12_DescriptorsAreRefusedForSuchGraphs) {
  for (const std::string& model : {StringIdentity(), SequenceIdentity(),
                                   IdentityOf(TensorType(17, {2}))}) {
    onnxGraph graph = NewValueGraph(model);
    const char data[64] = {};
    for (const onnxEnum type : {onnxEnum{1}, onnxEnum{8}, onnxEnum{17}}) {
      EXPECT_EQ(
          SetIO(graph, {{"x", {2}, type, data}}, {{"y", {2}, type, data}}),
          ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
    }
    EXPECT_NE(LastError().find("runValues"), std::string::npos) << LastError();
  }
}

TEST_F(ValuesTest, StringsOfAnyBytes) {
  onnxGraph graph = NewValueGraph(StringIdentity());
  const std::vector<std::string> strings = {"", std::string("a\0b", 3),
                                            "\xff\xfe", std::string(5000, 'x')};
  std::vector<Received> out;
  ASSERT_EQ(Run(graph, {TestValue::Strings("x", {4}, strings)}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].name, "y");
  EXPECT_EQ(out[0].type, static_cast<uint32_t>(kString));
  EXPECT_EQ(out[0].strings, strings);
  ASSERT_EQ(Run(graph, {TestValue::Strings("x", {0}, {})}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].shape, std::vector<uint64_t>{0});
}

// A NULL pointer is a fine empty string.
TEST_F(ValuesTest, EmptyStringsWithoutAddress) {
  onnxGraph graph = NewValueGraph(StringIdentity());
  const onnxStringView views[2] = {{nullptr, 0}, {"ab", 2}};
  const TestValue shape = TestValue::Strings("x", {2}, {"", ""});
  onnxValue value = shape.Get();
  value.data = views;
  std::vector<Received> out;
  ASSERT_EQ(Run(graph, std::vector<onnxValue>{value}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].strings, (std::vector<std::string>{"", "ab"}));
}

TEST_F(ValuesTest, StringsThatTheRunMakes) {
  onnxGraph graph = NewValueGraph(ModelBuilder(9, 20)
                                      .Input("a", kString, {"N"})
                                      .Input("b", kString, {"N"})
                                      .Output("y", kString, {"N"})
                                      .Node("StringConcat", {"a", "b"}, {"y"})
                                      .Build());
  std::vector<Received> out;
  ASSERT_EQ(Run(graph,
                {TestValue::Strings("b", {2}, {"-end-of-it", "2"}),
                 TestValue::Strings("a", {2}, {"a-long-beginning", "1"})},
                &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].strings,
            (std::vector<std::string>{"a-long-beginning-end-of-it", "12"}));
}

TEST_F(ValuesTest, SequencesAndNestedOnes) {
  onnxGraph graph = NewValueGraph(SequenceIdentity());
  std::vector<Received> out;
  ASSERT_EQ(Run(graph,
                {TestValue::Of("x", kSequence,
                               {TestValue::Floats("", {2}, {1, 2}),
                                TestValue::Floats("", {0}, {})})},
                &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out[0].elements.size(), 2u);
  EXPECT_EQ(out[0].elements[0].floats(), (std::vector<float>{1, 2}));
  EXPECT_EQ(out[0].elements[1].shape, std::vector<uint64_t>{0});
  ASSERT_EQ(Run(graph, {TestValue::Of("x", kSequence, {})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(out[0].kind, kSequence);
  EXPECT_TRUE(out[0].elements.empty());
}

TEST_F(ValuesTest, Optionals) {
  onnxGraph graph = NewValueGraph(
      IdentityOf(OptionalType(SequenceType(TensorType(kFloat, {})))));
  std::vector<Received> out;
  ASSERT_EQ(Run(graph, {TestValue::Of("x", kOptional, {})}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].kind, kOptional);
  EXPECT_TRUE(out[0].elements.empty());
  const TestValue one =
      TestValue::Of("", kSequence, {TestValue::Floats("", {}, {7})});
  ASSERT_EQ(Run(graph, {TestValue::Of("x", kOptional, {one})}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out[0].elements.size(), 1u);
  EXPECT_EQ(out[0].elements[0].elements[0].floats(), std::vector<float>{7});
  EXPECT_EQ(Run(graph, {TestValue::Of("x", kOptional, {one, one})}, &out),
            ONNXIFI_STATUS_INVALID_SIZE);
}

TEST_F(ValuesTest, MapsInAndSequencesOfMapsOut) {
  std::vector<Received> out;
  ASSERT_EQ(Run(NewValueGraph(CastMap()),
                {TestValue::Of("x", kMap,
                               {TestValue::Ints("", {3, 5}),
                                TestValue::Floats("", {2}, {0.5f, 1.5f})})},
                &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].shape, (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(out[0].floats(), (std::vector<float>{0.5f, 1.5f}));
  ASSERT_EQ(Run(NewValueGraph(ZipMap()),
                {TestValue::Floats("x", {2, 2}, {1, 2, 3, 4})}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out[0].elements.size(), 2u);
  const Received& row = out[0].elements[1];
  EXPECT_EQ(row.kind, kMap);
  ASSERT_EQ(row.elements.size(), 2u);
  EXPECT_EQ(row.elements[0].strings, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(row.elements[1].floats(), (std::vector<float>{3, 4}));
}

TEST_F(ValuesTest, PackedTypesGoThrough) {
  onnxGraph graph = NewValueGraph(IdentityOf(TensorType(22, {3})));  // int4
  std::vector<Received> out;
  ASSERT_EQ(Run(graph, {TestValue::Tensor("x", 22, {3}, "\x21\x03")}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].bytes, "\x21\x03");
  EXPECT_EQ(Run(graph, {TestValue::Tensor("x", 22, {3}, "\x21\x03\x04")}, &out),
            ONNXIFI_STATUS_INVALID_SIZE);
}

TEST_F(ValuesTest, ShapesThatOnlyTheRunKnows) {
  onnxGraph graph = NewValueGraph(NonZero());
  std::vector<Received> out;
  ASSERT_EQ(Run(graph, {TestValue::Floats("x", {5}, {0, 1, 0, 2, 3})}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].shape, (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(out[0].ints(), (std::vector<int64_t>{1, 3, 4}));
  ASSERT_EQ(Run(graph, {TestValue::Floats("x", {0}, {})}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].shape, (std::vector<uint64_t>{1, 0}));
}

// A graph of either init function, static or symbolic.
TEST_F(ValuesTest, R_ext_11_R_ext_15_EveryGraphRunsOnValues) {
  for (onnxGraph graph :
       {NewGraph(models::Add()), NewGraph(models::Symbolic()),
        NewValueGraph(models::Add()), NewValueGraph(models::Symbolic())}) {
    std::vector<Received> out;
    ASSERT_EQ(Run(graph,
                  {TestValue::Floats("b", {2, 3}, {10, 20, 30, 40, 50, 60}),
                   TestValue::Floats("a", {2, 3}, {1, 2, 3, 4, 5, 6})},
                  &out),
              ONNXIFI_STATUS_SUCCESS)
        << LastError();
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].shape, (std::vector<uint64_t>{2, 3}));
    EXPECT_EQ(out[0].floats(), (std::vector<float>{11, 22, 33, 44, 55, 66}));
  }
}

TEST_F(ValuesTest, R_ext_14_OutputsComeInModelOrder) {
  std::vector<Received> out;
  ASSERT_EQ(Run(NewGraph(models::Two()),
                {TestValue::Floats("x", {4}, {1.5f, 2, 3, 4})}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].name, "p");
  EXPECT_EQ(out[0].index, 0u);
  EXPECT_EQ(out[1].name, "q");
  EXPECT_EQ(out[1].index, 1u);
  EXPECT_EQ(out[1].type, static_cast<uint32_t>(fixtures::kInt32));
}

TEST_F(ValuesTest, MisalignedMemoryIsFine) {
  onnxGraph graph = NewValueGraph(NonZero());
  const TestValue good = TestValue::Floats("x", {2}, {0, 8});
  onnxValue value = good.Get();
  std::vector<char> storage(sizeof(float) * 2 + 1);
  std::memcpy(storage.data() + 1, value.data, sizeof(float) * 2);
  value.data = storage.data() + 1;
  std::vector<Received> out;
  ASSERT_EQ(Run(graph, std::vector<onnxValue>{value}, &out),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(out[0].ints(), std::vector<int64_t>{1});
}

TEST_F(ValuesTest, R_ext_16_TheBindingIsAnotherMatter) {
  onnxGraph graph = NewGraph(models::Scalar());
  const float x = 3;
  float y = 0;
  ASSERT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x}},
                  {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y}}),
            ONNXIFI_STATUS_SUCCESS);
  std::vector<Received> out;
  EXPECT_EQ(Run(graph, {TestValue::Floats("x", {}, {4})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 0);
  EXPECT_NE(Run(graph, {TestValue::Floats("z", {}, {4})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent gate = NewEvent();
  onnxEvent done = AbiTest::Run(graph, gate);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 3);
}

// What is wrong with one value, and what a sequence of one float wants to be.
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
         [](V& v) { v.dataType = fixtures::kInt32; });
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
          [](V& v) { v.dataType = fixtures::kInt32; });
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

// Arrays of a later version, whose structures are larger.
TEST_F(ValuesTest, R_ext_7_LargerStructuresInArrays) {
  struct Later {
    onnxValue value;
    uint64_t more;
  };
  const TestValue a = TestValue::Floats("a", {2, 3}, {1, 2, 3, 4, 5, 6});
  const TestValue b = TestValue::Floats("b", {2, 3}, {1, 1, 1, 1, 1, 1});
  Later values[2] = {{a.Get(), ~uint64_t{0}}, {b.Get(), ~uint64_t{0}}};
  for (Later& later : values) later.value.structSize = sizeof(Later);
  float sum = 0;
  onnxRunValuesArguments run = {};
  run.structSize = sizeof(run);
  run.graph = NewGraph(models::Add());
  run.inputsCount = 2;
  run.inputs = &values[0].value;
  run.receiveContext = &sum;
  run.receive = [](void* context, uint32_t, const onnxValue* value) {
    *static_cast<float*>(context) = static_cast<const float*>(value->data)[5];
    return onnxStatus{ONNXIFI_STATUS_SUCCESS};
  };
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(sum, 7);
}

TEST_F(ValuesTest, R_ext_19_FailedRunsDeliverNothing) {
  const struct {
    onnxGraph graph;
    TestValue x;
  } kRows[] = {
      {NewGraph(models::Scalar()), TestValue::Floats("x", {}, {1})},
      {NewValueGraph(StringIdentity()), TestValue::Strings("x", {1}, {"s"})}};
  std::vector<Received> out;
  for (const auto& row : kRows) {
    Fake().run_status = ONNXIFI_STATUS_BACKEND_UNAVAILABLE;
    EXPECT_EQ(Run(row.graph, {row.x}, &out), ONNXIFI_STATUS_BACKEND_UNAVAILABLE)
        << LastError();
    EXPECT_TRUE(out.empty());
    Fake().run_status = ONNXIFI_STATUS_SUCCESS;
    Fake().throw_in_run = true;
    EXPECT_EQ(Run(row.graph, {row.x}, &out), ONNXIFI_STATUS_INTERNAL_ERROR)
        << LastError();
    EXPECT_TRUE(out.empty());
    Fake().throw_in_run = false;
    EXPECT_EQ(Run(row.graph, {row.x}, &out), ONNXIFI_STATUS_SUCCESS)
        << LastError();
    EXPECT_EQ(out.size(), 1u);
  }
  // By value the reason gets through as it is.
  onnxGraph graph = kRows[1].graph;
  Fake().run_status = ONNXIFI_STATUS_MISMATCHING_SHAPE;
  EXPECT_EQ(Run(graph, {TestValue::Strings("x", {1}, {"s"})}, &out),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(LastError().find("told to fail"), std::string::npos) << LastError();
  Fake().run_status = ONNXIFI_STATUS_SUCCESS;
  Fake().forget_output = true;
  EXPECT_EQ(Run(graph, {TestValue::Strings("x", {1}, {"s"})}, &out),
            ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_TRUE(out.empty());
}

// Runs "two" with a receiver that answers `answer` to its first output.
struct Answer {
  onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  bool throws = false;
  int calls = 0;
};
onnxStatus GiveAnswer(void* context, uint32_t, const onnxValue*) {
  auto* answer = static_cast<Answer*>(context);
  ++answer->calls;
  if (answer->throws) throw std::runtime_error("from the client");
  return answer->answer;
}

TEST_F(ValuesTest, R_ext_20_TheReceiverCanEndTheCall) {
  const TestValue x = TestValue::Floats("x", {4}, {1, 2, 3, 4});
  const onnxValue input = x.Get();
  Answer answer;
  const onnxRunValuesArguments run = {
      sizeof(run), 1,           nullptr, NewGraph(models::Two()),
      &input,      &GiveAnswer, &answer};
  const struct {
    onnxStatus answer;
    onnxStatus status;
  } kRows[] = {
      {ONNXIFI_STATUS_NO_SYSTEM_MEMORY, ONNXIFI_STATUS_NO_SYSTEM_MEMORY},
      {ONNXIFI_STATUS_UNSUPPORTED_SHAPE, ONNXIFI_STATUS_UNSUPPORTED_SHAPE},
      {ONNXIFI_STATUS_FALLBACK, ONNXIFI_STATUS_INTERNAL_ERROR},
      {12345, ONNXIFI_STATUS_INTERNAL_ERROR},
      {-1, ONNXIFI_STATUS_INTERNAL_ERROR}};
  for (const auto& row : kRows) {
    answer = {row.answer, false, 0};
    EXPECT_EQ(table_->runValues(&run), row.status);
    EXPECT_EQ(answer.calls, 1);
    EXPECT_NE(LastError().find("'p'"), std::string::npos) << LastError();
  }
  answer = {ONNXIFI_STATUS_SUCCESS, true, 0};
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INTERNAL_ERROR);
  answer = {};
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(answer.calls, 2);
}

TEST_F(ValuesTest, R_ext_17_RunsOfBothKindsDoNotOverlap) {
  onnxGraph graph = NewGraph(models::Scalar());
  Fake().run_sleep_us = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Received> out;
      for (int i = 0; i < 100; ++i) {
        const auto x = static_cast<float>(1000 * t + i);
        if (t % 2 == 0) {
          ASSERT_EQ(Run(graph, {TestValue::Floats("x", {}, {x})}, &out),
                    ONNXIFI_STATUS_SUCCESS);
          ASSERT_EQ(out[0].floats(), std::vector<float>{x});
          continue;
        }
        float y = -1;
        const Tensor in = {"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x};
        const Tensor result = {"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y};
        const auto in_descriptor = in.Descriptor();
        const auto out_descriptor = result.Descriptor();
        onnxMemoryFenceV1 fence = EventFence();
        ASSERT_EQ(onnxSetIOAndRunGraph(graph, 1, &in_descriptor, 1,
                                       &out_descriptor, &fence),
                  ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxWaitEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxReleaseEvent(fence.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(y, x);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Fake().started, 600);
  EXPECT_FALSE(Fake().overlapped);
}

TEST_F(ValuesTest, AGatedRunHoldsNothingBack) {
  onnxGraph graph = NewGraph(models::Scalar());
  const float x = 3;
  float y = 0;
  ASSERT_EQ(SetIO(graph, {{"x", {}, ONNXIFI_DATATYPE_FLOAT32, &x}},
                  {{"y", {}, ONNXIFI_DATATYPE_FLOAT32, &y}}),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent gate = NewEvent();
  onnxEvent done = AbiTest::Run(graph, gate);
  std::vector<Received> out;
  EXPECT_EQ(Run(graph, {TestValue::Floats("x", {}, {4})}, &out),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSignalEvent(gate), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(done), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 3);
}

TEST_F(ValuesTest, R_ext_18_ReleaseWaitsForTheCall) {
  onnxGraph graph = nullptr;
  ASSERT_EQ(Init(StringIdentity(), &graph), ONNXIFI_STATUS_SUCCESS);
  struct Slow {
    std::atomic<bool> receiving{false};
    std::atomic<bool> released{false};
    bool too_early = false;
  } slow;
  const TestValue x = TestValue::Strings("x", {1}, {"s"});
  const onnxValue input = x.Get();
  onnxRunValuesArguments run = {sizeof(run), 1,       nullptr, graph,
                                &input,      nullptr, &slow};
  run.receive = [](void* context, uint32_t, const onnxValue* value) {
    auto* seen = static_cast<Slow*>(context);
    seen->receiving = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    seen->too_early = seen->released;
    return value->dataSize == sizeof(onnxStringView)
               ? onnxStatus{ONNXIFI_STATUS_SUCCESS}
               : onnxStatus{ONNXIFI_STATUS_INTERNAL_ERROR};
  };
  std::thread runner(
      [&] { EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_SUCCESS); });
  while (!slow.receiving) std::this_thread::yield();
  EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  slow.released = true;
  runner.join();
  EXPECT_FALSE(slow.too_early);
  EXPECT_EQ(table_->runValues(&run), ONNXIFI_STATUS_INVALID_GRAPH);
}

// Inside its receiver a client may run the graph again and release it.
struct Inner {
  const onnxPluginInterface* table = nullptr;
  onnxRunValuesArguments run = {};
  onnxStatus status = -1;
};

onnxStatus RunAndRelease(void* context, uint32_t, const onnxValue*) {
  auto* inner = static_cast<Inner*>(context);
  onnxRunValuesArguments again = inner->run;
  again.receive = [](void*, uint32_t, const onnxValue*) -> onnxStatus {
    return ONNXIFI_STATUS_SUCCESS;
  };
  inner->status = inner->table->runValues(&again);
  return onnxReleaseGraph(inner->run.graph);
}

TEST_F(ValuesTest, R_ext_18_TheReceiverMayReleaseTheGraph) {
  for (const std::string& model : {StringIdentity(), models::Scalar()}) {
    Inner inner;
    inner.table = table_;
    const TestValue x = model == models::Scalar()
                            ? TestValue::Floats("x", {}, {1})
                            : TestValue::Strings("x", {1}, {"s"});
    const onnxValue input = x.Get();
    inner.run = {sizeof(inner.run), 1,     nullptr, nullptr, &input,
                 &RunAndRelease,    &inner};
    ASSERT_EQ(Init(model, &inner.run.graph), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(table_->runValues(&inner.run), ONNXIFI_STATUS_SUCCESS)
        << LastError();
    EXPECT_EQ(inner.status, ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(table_->runValues(&inner.run), ONNXIFI_STATUS_INVALID_GRAPH);
  }
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
