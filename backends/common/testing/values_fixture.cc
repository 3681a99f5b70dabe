#include "backends/common/testing/values_fixture.h"

#include <cstring>
#include <utility>

namespace onnxifi::testing {

namespace models {
namespace {

using wire::ModelBuilder;
using wire::SequenceType;
using wire::TensorType;
using wire::WireWriter;

constexpr int32_t kFloat = wire::kFloat;
constexpr int32_t kString = wire::kString;

}  // namespace

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
      .Output("y", wire::kInt64, {1, "M"})
      .Node("NonZero", {"x"}, {"y"})
      .Build();
}
std::string CastMap() {
  return ModelBuilder()
      .Opset("ai.onnx.ml", 1)
      .InputOfType("x", MapType(wire::kInt64, TensorType(kFloat, {})))
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

}  // namespace models

namespace {

constexpr uint32_t kString = wire::kString;

Received Copy(const onnxValue& value) {
  EXPECT_EQ(value.structSize, sizeof(onnxValue));
  Received out;
  out.kind = value.kind;
  out.type = value.dataType;
  if (value.name != nullptr) out.name = value.name;
  for (uint32_t i = 0; i < value.dimensions; ++i) {
    out.shape.push_back(value.shape[i]);
  }
  if (value.dataType == kString) {
    const auto* views = static_cast<const onnxStringView*>(value.data);
    for (size_t i = 0; i < value.dataSize / sizeof(*views); ++i) {
      out.strings.emplace_back(
          views[i].size == 0 ? "" : std::string(views[i].data, views[i].size));
    }
  } else if (value.dataSize > 0) {
    out.bytes.assign(static_cast<const char*>(value.data), value.dataSize);
  }
  for (size_t i = 0; i < value.elementCount; ++i) {
    out.elements.push_back(Copy(value.elements[i]));
  }
  return out;
}

onnxStatus Collect(void* context, uint32_t index, const onnxValue* value) {
  auto* outputs = static_cast<std::vector<Received>*>(context);
  outputs->push_back(Copy(*value));
  outputs->back().index = index;
  return ONNXIFI_STATUS_SUCCESS;
}

template <typename T>
std::vector<T> As(const std::string& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

template <typename T>
std::string BytesOf(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(T));
}

}  // namespace

TestValue TestValue::Tensor(std::string name, uint32_t type,
                            std::vector<uint64_t> shape, std::string bytes) {
  TestValue value;
  value.name_ = std::move(name);
  value.type_ = type;
  value.shape_ = std::move(shape);
  value.bytes_ = std::move(bytes);
  return value;
}

TestValue TestValue::Floats(std::string name, std::vector<uint64_t> shape,
                            const std::vector<float>& values) {
  return Tensor(std::move(name), wire::kFloat, std::move(shape),
                BytesOf(values));
}

TestValue TestValue::Ints(std::string name,
                          const std::vector<int64_t>& values) {
  return Tensor(std::move(name), wire::kInt64, {values.size()},
                BytesOf(values));
}

TestValue TestValue::Strings(std::string name, std::vector<uint64_t> shape,
                             std::vector<std::string> strings) {
  TestValue value = Tensor(std::move(name), kString, std::move(shape), "");
  value.strings_ = std::move(strings);
  return value;
}

TestValue TestValue::Of(std::string name, uint32_t kind,
                        std::vector<TestValue> elements) {
  TestValue value;
  value.name_ = std::move(name);
  value.kind_ = kind;
  value.elements_ = std::move(elements);
  return value;
}

onnxValue TestValue::Get() const {
  onnxValue value = {};
  value.structSize = sizeof(value);
  value.kind = kind_;
  value.name = name_.c_str();
  if (kind_ != ONNXIFI_VALUE_KIND_TENSOR) {
    values_.clear();
    for (const TestValue& element : elements_) {
      values_.push_back(element.Get());
    }
    value.elementCount = values_.size();
    value.elements = values_.empty() ? nullptr : values_.data();
    return value;
  }
  value.dataType = type_;
  value.dimensions = static_cast<uint32_t>(shape_.size());
  value.shape = shape_.empty() ? nullptr : shape_.data();
  value.data = bytes_.data();
  value.dataSize = bytes_.size();
  if (type_ != kString) return value;
  views_.clear();
  for (const std::string& s : strings_) views_.push_back({s.data(), s.size()});
  value.data = views_.data();
  value.dataSize = views_.size() * sizeof(onnxStringView);
  return value;
}

std::vector<float> Received::floats() const { return As<float>(bytes); }
std::vector<int64_t> Received::ints() const { return As<int64_t>(bytes); }

onnxGetInterfaceFunction ValuesTest::FindGetInterface(onnxBackendID id) {
  onnxExtensionFunctionPointer found = nullptr;
  EXPECT_EQ(onnxGetExtensionFunctionAddress(
                id, ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found),
            ONNXIFI_STATUS_SUCCESS);
  return reinterpret_cast<onnxGetInterfaceFunction>(
      reinterpret_cast<void (*)()>(found));
}

onnxHostInterface ValuesTest::Host() {
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  return host;
}

void ValuesTest::SetUp() {
  AbiTest::SetUp();
  const onnxHostInterface host = Host();
  ASSERT_EQ(FindGetInterface(id_)(id_, &host, &table_), ONNXIFI_STATUS_SUCCESS);
  ASSERT_NE(table_, nullptr);
}

void ValuesTest::TearDown() {
  Fake().block = false;
  for (onnxGraph graph : graphs_) {
    EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  }
  AbiTest::TearDown();
}

onnxStatus ValuesTest::Check(const std::string& model) {
  const onnxCheckModelArguments arguments = {
      sizeof(arguments), 0, nullptr, id_, model.data(), model.size()};
  return table_->checkModel(&arguments);
}

onnxStatus ValuesTest::Init(const std::string& model, onnxGraph* graph) {
  onnxInitGraphArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backend = backend_;
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  arguments.graph = graph;
  return table_->initGraph(&arguments);
}

onnxGraph ValuesTest::NewValueGraph(const std::string& model) {
  EXPECT_EQ(Check(model), ONNXIFI_STATUS_SUCCESS) << LastError();
  onnxGraph graph = nullptr;
  EXPECT_EQ(Init(model, &graph), ONNXIFI_STATUS_SUCCESS) << LastError();
  if (graph != nullptr) graphs_.push_back(graph);
  return graph;
}

onnxStatus ValuesTest::Run(onnxGraph graph,
                           const std::vector<onnxValue>& inputs,
                           std::vector<Received>* outputs) {
  outputs->clear();
  onnxRunValuesArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.inputsCount = static_cast<uint32_t>(inputs.size());
  arguments.graph = graph;
  arguments.inputs = inputs.data();
  arguments.receive = &Collect;
  arguments.receiveContext = outputs;
  return table_->runValues(&arguments);
}

onnxStatus ValuesTest::Run(onnxGraph graph,
                           const std::vector<TestValue>& inputs,
                           std::vector<Received>* outputs) {
  std::vector<onnxValue> values;
  for (const TestValue& input : inputs) values.push_back(input.Get());
  return Run(graph, values, outputs);
}

}  // namespace onnxifi::testing
