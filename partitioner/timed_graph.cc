#include "partitioner/timed_graph.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/str_cat.h"
#include "graph/onnx_writer.h"
#include "partitioner/support.h"

namespace onnxifi::partitioner {
namespace {

constexpr size_t kFewRuns = 3;
constexpr size_t kMostRuns = 31;
// Runs that took so long together are enough.
constexpr int64_t kEnoughNs = 30'000'000;
constexpr int64_t kLongNs = 100'000'000;

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool AllFit(const graph::Graph& graph, const std::vector<graph::ValueId>& ids) {
  return std::all_of(ids.begin(), ids.end(), [&](graph::ValueId id) {
    return FitsDescriptor(graph.value(id));
  });
}

// Takes what a run on values gives and looks at none of it.
onnxStatus ONNXIFI_ABI Drop(void*, uint32_t, const onnxValue*) {
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

Result<TimedGraph::Way> TimedGraph::WayOf(const Device& device,
                                          const graph::Graph& graph) {
  if (AllFit(graph, graph.inputs) && AllFit(graph, graph.outputs)) {
    return Way::kBound;
  }
  if (device.carries_values()) return Way::kValues;
  return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                "interface 1.0 cannot carry its inputs or outputs");
}

Result<std::vector<TimedGraph::Port>> TimedGraph::PortsOf(
    const graph::Graph& graph, const std::vector<graph::ValueId>& ids) {
  std::vector<Port> ports;
  for (const graph::ValueId id : ids) {
    const graph::Value& value = graph.value(id);
    Port port;
    port.name = value.name;
    ONNXIFI_ASSIGN_OR_RETURN(port.memory,
                             graph::MakeTensor(value.type, value.dims));
    for (const int64_t dim : value.dims) {
      port.dims.push_back(static_cast<uint64_t>(dim));
    }
    ports.push_back(std::move(port));
  }
  return ports;
}

Result<std::unique_ptr<TimedGraph>> TimedGraph::Make(Device& device,
                                                     const graph::Graph& graph,
                                                     Way way,
                                                     Integers integers) {
  std::unique_ptr<TimedGraph> made(new TimedGraph(device, way));
  ONNXIFI_ASSIGN_OR_RETURN(made->inputs_, PortsOf(graph, graph.inputs));
  // Values come with memory of their own.
  if (way == Way::kBound) {
    ONNXIFI_ASSIGN_OR_RETURN(made->outputs_, PortsOf(graph, graph.outputs));
  }
  for (const Port& port : made->inputs_) {
    const graph::TensorData& tensor = *port.memory.tensor;
    FillTensor(tensor.type, integers, port.memory.data, tensor.bytes);
  }
  ONNXIFI_RETURN_IF_ERROR(made->Compile(graph));
  if (way == Way::kBound) ONNXIFI_RETURN_IF_ERROR(made->Bind());
  return made;
}

TimedGraph::~TimedGraph() {
  const Functions& functions = device_.functions();
  if (made_) static_cast<void>(functions.onnxReleaseGraph(graph_));
  if (has_ready_) static_cast<void>(functions.onnxReleaseEvent(ready_));
}

Status TimedGraph::Compile(const graph::Graph& graph) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::SplitModel model,
                           graph::WriteSplitModel(graph));
  ONNXIFI_ASSIGN_OR_RETURN(const onnxBackend backend, device_.Backend());
  const Functions& functions = device_.functions();
  const WeightDescriptors weights(model.weights);
  const auto* descriptors = weights.count() > 0 ? weights.data() : nullptr;
  onnxStatus status;
  if (device_.carries_values()) {
    onnxInitGraphArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.weightsCount = weights.count();
    arguments.backend = backend;
    arguments.onnxModel = model.model.data();
    arguments.onnxModelSize = model.model.size();
    arguments.weightDescriptors = descriptors;
    arguments.graph = &graph_;
    status = device_.interface()->initGraph(&arguments);
  } else {
    status = functions.onnxInitGraph(backend, nullptr, model.model.size(),
                                     model.model.data(), weights.count(),
                                     descriptors, &graph_);
  }
  ONNXIFI_RETURN_IF_ERROR(functions.Check(status));
  made_ = true;
  if (way_ == Way::kValues) return Status::Ok();
  ONNXIFI_RETURN_IF_ERROR(
      functions.Check(functions.onnxInitEvent(backend, &ready_)));
  has_ready_ = true;
  return functions.Check(functions.onnxSignalEvent(ready_));
}

onnxTensorDescriptorV1 TimedGraph::Describe(const Port& port) {
  onnxTensorDescriptorV1 descriptor = {};
  descriptor.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  descriptor.name = port.name.c_str();
  descriptor.dataType = static_cast<onnxEnum>(port.memory.tensor->type);
  descriptor.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  descriptor.dimensions = static_cast<uint32_t>(port.dims.size());
  descriptor.shape = port.dims.data();
  descriptor.buffer = reinterpret_cast<onnxPointer>(port.memory.data);
  return descriptor;
}

Status TimedGraph::Bind() {
  std::vector<onnxTensorDescriptorV1> inputs, outputs;
  for (const Port& port : inputs_) inputs.push_back(Describe(port));
  for (const Port& port : outputs_) outputs.push_back(Describe(port));
  const Functions& functions = device_.functions();
  return functions.Check(functions.onnxSetGraphIO(
      graph_, static_cast<uint32_t>(inputs.size()), inputs.data(),
      static_cast<uint32_t>(outputs.size()), outputs.data()));
}

Status TimedGraph::RunBound() {
  const Functions& functions = device_.functions();
  onnxMemoryFenceV1 in = {};
  in.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  in.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  in.event = ready_;
  onnxMemoryFenceV1 out = {};
  out.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  out.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  ONNXIFI_RETURN_IF_ERROR(
      functions.Check(functions.onnxRunGraph(graph_, &in, &out)));
  const Status status = functions.Check(functions.onnxWaitEvent(out.event));
  static_cast<void>(functions.onnxReleaseEvent(out.event));
  return status;
}

Status TimedGraph::RunValues() {
  std::vector<onnxValue> values;
  for (const Port& port : inputs_) {
    onnxValue value = {};
    value.structSize = sizeof(value);
    value.kind = ONNXIFI_VALUE_KIND_TENSOR;
    value.name = port.name.c_str();
    value.dataType = static_cast<uint32_t>(port.memory.tensor->type);
    value.dimensions = static_cast<uint32_t>(port.dims.size());
    value.shape = port.dims.empty() ? nullptr : port.dims.data();
    value.data = port.memory.data;
    value.dataSize = port.memory.tensor->bytes;
    values.push_back(value);
  }
  onnxRunValuesArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.inputsCount = static_cast<uint32_t>(values.size());
  arguments.graph = graph_;
  arguments.inputs = values.data();
  arguments.receive = &Drop;
  return device_.functions().Check(device_.interface()->runValues(&arguments));
}

Status TimedGraph::Run() {
  return way_ == Way::kBound ? RunBound() : RunValues();
}

Result<int64_t> TimedGraph::MedianNs() {
  ONNXIFI_RETURN_IF_ERROR(Run());
  std::vector<int64_t> times;
  int64_t sum = 0;
  // A few of slow ones, and one when even these take long.
  const auto more = [&] {
    if (times.empty() || sum < kEnoughNs) return true;
    return times.size() < kFewRuns && sum < kLongNs;
  };
  while (times.size() < kMostRuns && more()) {
    const int64_t start = NowNs();
    ONNXIFI_RETURN_IF_ERROR(Run());
    times.push_back(NowNs() - start);
    sum += times.back();
  }
  const auto middle =
      times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

}  // namespace onnxifi::partitioner
