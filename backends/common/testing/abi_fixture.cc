#include "backends/common/testing/abi_fixture.h"

#include <algorithm>

namespace onnxifi::testing {

using wire::Dims;
using wire::ModelBuilder;
using wire::TensorOf;

namespace models {
namespace {

constexpr int32_t kFloat = wire::kFloat;

ModelBuilder AddOf(ModelBuilder builder, const char* op, const Dims& dims,
                   const Dims& out_dims, int32_t out_type) {
  return builder.Input("a", kFloat, dims)
      .Input("b", kFloat, dims)
      .Output("c", out_type, out_dims)
      .Node(op, {"a", "b"}, {"c"}, {}, "", "add");
}

}  // namespace

std::string Add() {
  return AddOf(ModelBuilder(), "Add", {2, 3}, {2, 3}, kFloat).Build();
}
std::string Two() {
  return ModelBuilder()
      .Input("x", kFloat, {4})
      .Output("p", kFloat, {4})
      .Output("q", wire::kInt32, {4})
      .Node("Identity", {"x"}, {"p"})
      .Node("Cast", {"x"}, {"q"}, {wire::AttrInt("to", wire::kInt32)})
      .Build();
}
std::string WeightByDescriptor() {
  return ModelBuilder()
      .Input("x", kFloat, {2, 3})
      .Input("w", kFloat, {2, 3})
      .Output("y", kFloat, {2, 3})
      .Node("Add", {"x", "w"}, {"y"})
      .Build();
}
std::string WeightByInitializer() {
  return ModelBuilder()
      .Input("x", kFloat, {2, 3})
      .Input("w", kFloat, {2, 3})
      .Output("y", kFloat, {2, 3})
      .Node("Add", {"x", "w"}, {"y"})
      .Initializer(
          TensorOf<float>("w", kFloat, {2, 3}, {100, 200, 300, 400, 500, 600}))
      .Build();
}
std::string Scalar() {
  return ModelBuilder()
      .Input("x", kFloat, {})
      .Output("y", kFloat, {})
      .Node("Identity", {"x"}, {"y"})
      .Build();
}
std::string Symbolic() {
  return AddOf(ModelBuilder(), "Add", {"N", 3}, {"N", 3}, kFloat).Build();
}
std::string Bool() {
  return ModelBuilder()
      .Input("x", wire::kBool, {5})
      .Output("y", wire::kBool, {5})
      .Node("Not", {"x"}, {"y"})
      .Build();
}
std::string BadOperator() {
  return AddOf(ModelBuilder(), "NoSuchOperator", {2, 3}, {2, 3}, kFloat)
      .Build();
}
std::string NewOpset() {
  return AddOf(ModelBuilder(8, 9999), "Add", {2, 3}, {2, 3}, kFloat).Build();
}
std::string NewIr() {
  return AddOf(ModelBuilder(9999, 17), "Add", {2, 3}, {2, 3}, kFloat).Build();
}
std::string BadShape() {
  return AddOf(ModelBuilder(), "Add", {2, 3}, {2, 4}, kFloat).Build();
}
std::string BadType() {
  return AddOf(ModelBuilder(), "Add", {2, 3}, {2, 3}, wire::kInt32).Build();
}
std::string Junk() { return "\xff\xff\xff this is no protobuf at all"; }
std::string NoGraph() { return ModelBuilder().BuildWithoutGraph(); }

}  // namespace models

onnxTensorDescriptorV1 Tensor::Descriptor() const {
  onnxTensorDescriptorV1 d = {};
  d.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  d.name = name.c_str();
  d.dataType = type;
  d.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  d.dimensions = static_cast<uint32_t>(shape.size());
  d.shape = shape.empty() ? nullptr : shape.data();
  d.buffer = reinterpret_cast<onnxPointer>(data);
  return d;
}

std::vector<onnxTensorDescriptorV1> Descriptors(
    const std::vector<Tensor>& tensors) {
  std::vector<onnxTensorDescriptorV1> descriptors;
  for (const Tensor& tensor : tensors) {
    descriptors.push_back(tensor.Descriptor());
  }
  return descriptors;
}

onnxMemoryFenceV1 EventFence(onnxEvent event) {
  onnxMemoryFenceV1 fence = {};
  fence.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  fence.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  fence.event = event;
  return fence;
}

void* Garbage() { return reinterpret_cast<void*>(uintptr_t{1}); }

void AbiTest::SetUp() {
  Fake().Reset();
  std::vector<onnxBackendID> ids(2);
  size_t count = ids.size();
  ASSERT_EQ(onnxGetBackendIDs(ids.data(), &count), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(count, 2u);
  id_ = ids[0];
  other_id_ = ids[1];
  backend_ = NewBackend(id_);
}

void AbiTest::TearDown() {
  Fake().block = false;
  for (onnxEvent event : events_) {
    EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
  }
  for (onnxGraph graph : graphs_) {
    EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  }
  for (onnxBackend backend : backends_) {
    EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
  }
  for (onnxBackendID id : {id_, other_id_}) {
    if (id != nullptr) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }
  EXPECT_FALSE(Fake().overlapped) << "one executable ran on two threads";
}

onnxBackend AbiTest::NewBackend(onnxBackendID id, bool tolerant) {
  const uint64_t properties[] = {ONNXIFI_BACKEND_PROPERTY_TOLERANT,
                                 tolerant ? 1u : 0u, 0};
  onnxBackend backend = nullptr;
  EXPECT_EQ(onnxInitBackend(id, properties, &backend), ONNXIFI_STATUS_SUCCESS);
  backends_.push_back(backend);
  return backend;
}

onnxGraph AbiTest::NewGraph(const std::string& model, onnxBackend backend) {
  onnxGraph graph = nullptr;
  EXPECT_EQ(InitGraph(model, &graph, {}, backend), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_NE(graph, nullptr);
  if (graph != nullptr) graphs_.push_back(graph);
  return graph;
}

onnxEvent AbiTest::NewEvent() {
  onnxEvent event = nullptr;
  EXPECT_EQ(onnxInitEvent(backend_, &event), ONNXIFI_STATUS_SUCCESS);
  events_.push_back(event);
  return event;
}

onnxStatus AbiTest::InitGraph(
    const std::string& model, onnxGraph* graph,
    const std::vector<onnxTensorDescriptorV1>& weights, onnxBackend backend) {
  return onnxInitGraph(backend == nullptr ? backend_ : backend, nullptr,
                       model.size(), model.data(),
                       static_cast<uint32_t>(weights.size()),
                       weights.empty() ? nullptr : weights.data(), graph);
}

onnxStatus AbiTest::SetIO(onnxGraph graph, const std::vector<Tensor>& inputs,
                          const std::vector<Tensor>& outputs) {
  const auto in = Descriptors(inputs);
  const auto out = Descriptors(outputs);
  return onnxSetGraphIO(graph, static_cast<uint32_t>(in.size()), in.data(),
                        static_cast<uint32_t>(out.size()), out.data());
}

onnxEvent AbiTest::Run(onnxGraph graph, onnxEvent input) {
  const onnxMemoryFenceV1 in = EventFence(input);
  onnxMemoryFenceV1 out = EventFence();
  EXPECT_EQ(onnxRunGraph(graph, &in, &out), ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_NE(out.event, nullptr);
  if (out.event != nullptr) events_.push_back(out.event);
  return out.event;
}

onnxStatus AbiTest::RunOnce(onnxGraph graph, const std::vector<Tensor>& inputs,
                            const std::vector<Tensor>& outputs) {
  const onnxStatus bound = SetIO(graph, inputs, outputs);
  if (bound != ONNXIFI_STATUS_SUCCESS) return bound;
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph, input);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  return onnxWaitEvent(output);
}

onnxEventState AbiTest::State(onnxEvent event) {
  onnxEventState state = 1234;
  EXPECT_EQ(onnxGetEventState(event, &state), ONNXIFI_STATUS_SUCCESS);
  return state;
}

std::string AbiTest::LastError() {
  onnxExtensionFunctionPointer found = nullptr;
  EXPECT_EQ(onnxGetExtensionFunctionAddress(
                id_, ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME, &found),
            ONNXIFI_STATUS_SUCCESS);
  const auto last_error = reinterpret_cast<onnxGetLastErrorFunction>(
      reinterpret_cast<void (*)()>(found));
  size_t size = 0;
  EXPECT_EQ(last_error(nullptr, &size), ONNXIFI_STATUS_FALLBACK);
  std::string text(size, '?');
  EXPECT_EQ(last_error(text.data(), &size), ONNXIFI_STATUS_SUCCESS);
  text.resize(size - 1);
  return text;
}

void AbiTest::Forget(void* handle) {
  for (auto* list : {&backends_, &graphs_, &events_}) {
    list->erase(std::remove(list->begin(), list->end(), handle), list->end());
  }
  if (handle == id_) id_ = nullptr;
  if (handle == other_id_) other_id_ = nullptr;
}

void AddTest::SetUp() {
  AbiTest::SetUp();
  graph_ = NewGraph(models::Add());
  ASSERT_NE(graph_, nullptr);
  ASSERT_EQ(SetIO(graph_, Inputs(), Outputs()), ONNXIFI_STATUS_SUCCESS);
}

std::vector<Tensor> AddTest::Inputs() const {
  return {{"a", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, a_.data()},
          {"b", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, b_.data()}};
}

std::vector<Tensor> AddTest::Outputs() const {
  return {{"c", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, c_.data()}};
}

void AddTest::ExpectSum() const {
  for (size_t i = 0; i < c_.size(); ++i) EXPECT_EQ(c_[i], a_[i] + b_[i]) << i;
}

bool AddTest::OutputUntouched() const {
  return std::all_of(c_.begin(), c_.end(),
                     [](float x) { return x == kUntouched; });
}

}  // namespace onnxifi::testing
