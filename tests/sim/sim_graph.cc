#include "tests/sim/sim_graph.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>

#include "base/futex.h"
#include "base/str_cat.h"
#include "tests/sim/claims.h"
#include "tests/sim/sim_memory.h"
#include "tests/sim/sim_time.h"

namespace onnxifi::sim {
namespace {

void Hang(uint64_t ms) {
  if (ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

// Bytes of a tensor's first element that can be spoilt.
size_t FirstElementBytes(graph::DataType type, size_t tensor_bytes) {
  const auto bits = static_cast<size_t>(graph::ElementBits(type));
  return std::min(tensor_bytes, std::max<size_t>(bits / 8, 1));
}

// Another value of the same type: all bits differ, where all are free.
void SpoilElement(graph::DataType type, void* element, size_t bytes) {
  auto* data = static_cast<unsigned char*>(element);
  const unsigned char mask = type == graph::DataType::kBool ? 1 : 0xff;
  for (size_t i = 0; i < bytes; ++i) data[i] ^= mask;
}

Result<graph::TensorPtr> SpoiltCopy(const graph::TensorData& tensor) {
  if (tensor.type == graph::DataType::kString) {
    const auto* refs = Elements<graph::StringRef>(tensor);
    std::vector<std::string> strings(
        refs, refs + tensor.bytes / sizeof(graph::StringRef));
    strings[0] += "?";
    return graph::MakeStringTensor(std::move(strings), tensor.dims);
  }
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor copy,
                           graph::MakeTensor(tensor.type, tensor.dims));
  std::copy_n(static_cast<const char*>(tensor.data), tensor.bytes,
              static_cast<char*>(copy.data));
  SpoilElement(tensor.type, copy.data,
               FirstElementBytes(tensor.type, tensor.bytes));
  return std::move(copy.tensor);
}

// Spoils the first tensor in `value` that has elements; of a map, the values.
// Tensors are shared, so that it gets a copy.
Result<bool> SpoilValue(RunValue* value, RunScope& scope) {
  if (value->is_tensor() && value->tensor->bytes > 0) {
    ONNXIFI_ASSIGN_OR_RETURN(value->tensor, SpoiltCopy(*value->tensor));
    scope.keep.push_back(value->tensor);  // whose characters strings refer to
    return true;
  }
  for (RunValue& element : value->elements) {
    ONNXIFI_ASSIGN_OR_RETURN(const bool done, SpoilValue(&element, scope));
    if (done) return true;
  }
  return false;
}

uint64_t BytesOf(const std::vector<RunValue>& values) {
  uint64_t bytes = 0;
  for (const RunValue& value : values) {
    if (value.tensor != nullptr) bytes += value.tensor->bytes;
    bytes += BytesOf(value.elements);
  }
  return bytes;
}

// A plan of the backend that does the work. Inputs and outputs in host memory
// take the time that their bytes take on the way.
class SimExecutable final : public Executable {
 public:
  struct Output {
    size_t bytes;
    graph::DataType type;
    size_t first_bytes;  // of its first element
  };

  SimExecutable(std::unique_ptr<Executable> inner,
                std::shared_ptr<DeviceState> device,
                std::vector<size_t> input_bytes, std::vector<Output> outputs,
                const RunTime& time)
      : inner_(std::move(inner)),
        device_(std::move(device)),
        input_bytes_(std::move(input_bytes)),
        outputs_(std::move(outputs)),
        time_(time),
        from_(input_bytes_.size()),
        to_(outputs_.size()) {}

  const std::vector<graph::Shape>& output_shapes() const override {
    return inner_->output_shapes();
  }
  std::span<const graph::DataType> output_types() const override {
    return inner_->output_types();
  }

  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override {
    const int64_t start = NowNs();
    const RunFate fate = device_->NextRun();
    Hang(fate.hang_ms);
    if (fate.status != ONNXIFI_STATUS_SUCCESS) return fate.status;
    const int64_t least_ns = Find(inputs, outputs);
    const onnxStatus status = inner_->Run(from_, to_);
    if (status != ONNXIFI_STATUS_SUCCESS) return status;
    for (size_t i = 0; fate.wrong && i < outputs_.size(); ++i) {
      SpoilElement(outputs_[i].type, to_[i], outputs_[i].first_bytes);
    }
    if (time_.real()) WaitUntil(start + least_ns);
    return ONNXIFI_STATUS_SUCCESS;
  }

 private:
  // Where everything is, and how long a run takes with it.
  int64_t Find(std::span<const void* const> inputs,
               std::span<void* const> outputs) {
    uint64_t read = 0;
    uint64_t written = 0;
    for (size_t i = 0; i < from_.size(); ++i) {
      if (!IsOnDevice(inputs[i])) read += input_bytes_[i];
      from_[i] = BytesBehind(inputs[i]);
    }
    for (size_t i = 0; i < to_.size(); ++i) {
      if (!IsOnDevice(outputs[i])) written += outputs_[i].bytes;
      to_[i] = BytesBehind(outputs[i]);
    }
    if (read > 0) device_->Trace("read by a run", read);
    if (written > 0) device_->Trace("written by a run", written);
    return time_.Ns(read, written);
  }

  const std::unique_ptr<Executable> inner_;
  const std::shared_ptr<DeviceState> device_;
  const std::vector<size_t> input_bytes_;
  const std::vector<Output> outputs_;
  const RunTime time_;
  std::vector<const void*> from_;
  std::vector<void*> to_;
};

std::vector<graph::DataType> TypesOf(const graph::Graph& graph,
                                     const std::vector<graph::ValueId>& ids) {
  std::vector<graph::DataType> types;
  for (const graph::ValueId id : ids) types.push_back(graph.value(id).type);
  return types;
}

}  // namespace

RunTime::RunTime(const DeviceSpec& spec, const graph::Graph& graph)
    : fixed_ns_(spec.launch_us * 1000),
      read_bandwidth_(spec.cpu_read_bandwidth),
      write_bandwidth_(spec.cpu_write_bandwidth),
      real_(spec.real_time) {
  for (const graph::Node& node : graph.nodes) {
    const int64_t cost = NodeCostNs(spec, graph, node);
    if (cost < 0) continue;
    const double* scale = spec.slow_down.Find(OperatorName(node));
    fixed_ns_ += static_cast<double>(cost) * (scale == nullptr ? 1 : *scale);
  }
}

int64_t RunTime::Ns(uint64_t input_bytes, uint64_t output_bytes) const {
  const int64_t read = Nanoseconds(fixed_ns_, input_bytes, read_bandwidth_);
  return Nanoseconds(static_cast<double>(read), output_bytes, write_bandwidth_);
}

SimGraphFacts::SimGraphFacts(const DeviceSpec& spec, const graph::Graph& graph)
    : input_types(TypesOf(graph, graph.inputs)),
      output_types(TypesOf(graph, graph.outputs)),
      time(spec, graph) {}

Result<std::unique_ptr<Executable>> SimGraph::Specialize(
    const std::vector<graph::Shape>& input_shapes) {
  if (device_->lost()) return device_->LostStatus();
  ONNXIFI_ASSIGN_OR_RETURN(std::unique_ptr<Executable> made,
                           inner_->Specialize(input_shapes));
  std::vector<size_t> input_bytes;
  for (size_t i = 0; i < input_shapes.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(
        const size_t bytes,
        graph::ByteSize(facts_.input_types[i], input_shapes[i]));
    input_bytes.push_back(bytes);
  }
  std::vector<SimExecutable::Output> outputs;
  const std::vector<graph::Shape>& shapes = made->output_shapes();
  const std::span<const graph::DataType> types = made->output_types();
  for (size_t i = 0; i < shapes.size(); ++i) {
    const graph::DataType type =
        i < types.size() ? types[i] : facts_.output_types[i];
    ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes,
                             graph::ByteSize(type, shapes[i]));
    outputs.push_back({bytes, type, FirstElementBytes(type, bytes)});
  }
  return std::unique_ptr<Executable>(std::make_unique<SimExecutable>(
      std::move(made), device_, std::move(input_bytes), std::move(outputs),
      facts_.time));
}

Status SimGraph::RunValues(RunScope& scope, std::vector<RunValue> inputs,
                           std::vector<RunValue>* outputs) {
  const int64_t start = NowNs();
  const uint64_t input_bytes = BytesOf(inputs);
  const RunFate fate = device_->NextRun();
  Hang(fate.hang_ms);
  if (fate.status == ONNXIFI_STATUS_BACKEND_UNAVAILABLE) {
    return device_->LostStatus();
  }
  if (fate.status != ONNXIFI_STATUS_SUCCESS) {
    return Status(fate.status,
                  "the run fails, as the device's machine's file demands");
  }
  const size_t first = outputs->size();
  ONNXIFI_RETURN_IF_ERROR(inner_->RunValues(scope, std::move(inputs), outputs));
  for (size_t i = first; fate.wrong && i < outputs->size(); ++i) {
    ONNXIFI_RETURN_IF_ERROR(SpoilValue(&(*outputs)[i], scope).status());
  }
  if (facts_.time.real()) {
    WaitUntil(start + facts_.time.Ns(input_bytes, BytesOf(*outputs)));
  }
  return Status::Ok();
}

}  // namespace onnxifi::sim
