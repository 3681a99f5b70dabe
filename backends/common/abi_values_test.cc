// Interface 1.1: models that need values, and what goes through.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {
namespace {

using wire::ModelBuilder;
using wire::SequenceType;
using wire::TensorType;
using namespace models;  // NOLINT: short names in tests

constexpr int32_t kFloat = wire::kFloat;
constexpr int32_t kString = wire::kString;
constexpr uint32_t kSequence = ONNXIFI_VALUE_KIND_SEQUENCE;
constexpr uint32_t kOptional = ONNXIFI_VALUE_KIND_OPTIONAL;
constexpr uint32_t kMap = ONNXIFI_VALUE_KIND_MAP;

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
  EXPECT_EQ(out[1].type, static_cast<uint32_t>(wire::kInt32));
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

}  // namespace
}  // namespace onnxifi::testing
