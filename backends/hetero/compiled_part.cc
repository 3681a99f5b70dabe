#include "backends/hetero/compiled_part.h"

#include <algorithm>
#include <new>
#include <utility>

#include "backends/common/value_descriptor.h"
#include "backends/common/value_view.h"
#include "base/str_cat.h"
#include "graph/onnx_writer.h"
#include "partitioner/support.h"

namespace onnxifi::hetero {
namespace {

// A copy that refers to nothing of the value's owner.
Result<RunValue> Own(const RunValue& value) {
  RunValue own;
  own.kind = value.kind;
  if (value.tensor != nullptr) {
    if (value.tensor->type == graph::DataType::kString) {
      const auto* refs = Elements<graph::StringRef>(*value.tensor);
      const size_t count = value.tensor->bytes / sizeof(*refs);
      own.tensor = graph::MakeStringTensor(
          std::vector<std::string>(refs, refs + count), value.tensor->dims);
    } else {
      ONNXIFI_ASSIGN_OR_RETURN(own.tensor, CopyTensor(*value.tensor));
    }
  }
  for (const RunValue& element : value.elements) {
    ONNXIFI_ASSIGN_OR_RETURN(RunValue copy, Own(element));
    own.elements.push_back(std::move(copy));
  }
  return own;
}

graph::ValueType TensorType(uint32_t type) {
  return {graph::Value::Kind::kTensor, static_cast<graph::DataType>(type), {}};
}

}  // namespace

// What the outputs of one run on values go to.
struct CompiledPart::Receiver {
  const std::vector<Port>& ports;
  std::vector<RunValue> values;
  Status status;

  Status Take(uint32_t index, const onnxValue* value) {
    if (value == nullptr || index != values.size() || index >= ports.size()) {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    StrCat("it delivers output ", index, " after ",
                           values.size(), " others"));
    }
    // The model may not tell the type: then a tensor tells its own.
    const graph::ValueType& declared = ports[index].type;
    const bool open = declared.kind == graph::Value::Kind::kUnknown ||
                      (declared.kind == graph::Value::Kind::kTensor &&
                       declared.type == graph::DataType::kUndefined);
    abi::ValueReader reader;
    ONNXIFI_ASSIGN_OR_RETURN(
        const RunValue read,
        reader.Read(*value, open ? TensorType(value->dataType) : declared));
    ONNXIFI_ASSIGN_OR_RETURN(RunValue own, Own(read));
    values.push_back(std::move(own));
    return Status::Ok();
  }
};

CompiledPart::CompiledPart(std::shared_ptr<partitioner::Device> device,
                           const graph::Extract& part)
    : device_(std::move(device)),
      input_ids_(part.inputs),
      output_ids_(part.outputs),
      inputs_(PortsOf(part.graph, part.graph.inputs)),
      outputs_(PortsOf(part.graph, part.graph.outputs)) {}

CompiledPart::~CompiledPart() {
  static_cast<void>(Wait());
  Release();
  const partitioner::Functions& functions = device_->functions();
  if (made_) static_cast<void>(functions.onnxReleaseGraph(graph_));
  if (has_ready_) static_cast<void>(functions.onnxReleaseEvent(ready_));
}

std::vector<CompiledPart::Port> CompiledPart::PortsOf(
    const graph::Graph& graph, const std::vector<graph::ValueId>& ids) {
  std::vector<Port> ports;
  for (const graph::ValueId id : ids) {
    const graph::Value& value = graph.value(id);
    Port port;
    port.name = value.name;
    port.type = abi::TypeOfValue(value);
    // Negative ones are never used: such a value has no descriptor.
    for (const int64_t dim : value.dims) {
      port.dims.push_back(static_cast<uint64_t>(dim));
    }
    ports.push_back(std::move(port));
  }
  return ports;
}

onnxTensorDescriptorV1 CompiledPart::Describe(const Port& port) {
  onnxTensorDescriptorV1 descriptor = {};
  descriptor.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  descriptor.name = port.name.c_str();
  descriptor.dataType = static_cast<onnxEnum>(port.type.type);
  descriptor.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  descriptor.dimensions = static_cast<uint32_t>(port.dims.size());
  descriptor.shape = port.dims.data();
  return descriptor;
}

Result<std::unique_ptr<CompiledPart>> CompiledPart::Compile(
    std::shared_ptr<partitioner::Device> device, const graph::Extract& part) {
  std::unique_ptr<CompiledPart> compiled(
      new CompiledPart(std::move(device), part));
  const Status status = compiled->Init(part.graph);
  if (!status.ok()) return compiled->Failed(status);
  return compiled;
}

Status CompiledPart::Failed(const Status& status) const {
  return status.WithContext(device_->name());
}

Status CompiledPart::InitReadyEvent(onnxBackend backend) {
  const partitioner::Functions& functions = device_->functions();
  ONNXIFI_RETURN_IF_ERROR(
      functions.Check(functions.onnxInitEvent(backend, &ready_)));
  has_ready_ = true;
  return functions.Check(functions.onnxSignalEvent(ready_));
}

Status CompiledPart::Init(const graph::Graph& graph) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::SplitModel model,
                           graph::WriteSplitModel(graph));
  ONNXIFI_ASSIGN_OR_RETURN(const onnxBackend backend, device_->Backend());
  const partitioner::Functions& functions = device_->functions();
  const partitioner::WeightDescriptors weights(model.weights);
  const auto* descriptors = weights.count() > 0 ? weights.data() : nullptr;
  onnxStatus status;
  if (device_->carries_values()) {
    onnxInitGraphArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.weightsCount = weights.count();
    arguments.backend = backend;
    arguments.onnxModel = model.model.data();
    arguments.onnxModelSize = model.model.size();
    arguments.weightDescriptors = descriptors;
    arguments.graph = &graph_;
    status = device_->interface()->initGraph(&arguments);
  } else {
    status = functions.onnxInitGraph(backend, nullptr, model.model.size(),
                                     model.model.data(), weights.count(),
                                     descriptors, &graph_);
  }
  ONNXIFI_RETURN_IF_ERROR(functions.Check(status));
  made_ = true;
  for (const Port& port : inputs_) bound_inputs_.push_back(Describe(port));
  for (const Port& port : outputs_) bound_outputs_.push_back(Describe(port));
  return InitReadyEvent(backend);
}

Status CompiledPart::Start(std::span<const TensorPlace> inputs,
                           std::span<const TensorPlace> outputs,
                           onnxEvent behind) {
  const partitioner::Functions& functions = device_->functions();
  bool same = bound_;
  const auto set = [&same](onnxTensorDescriptorV1& descriptor,
                           const TensorPlace& place) {
    same = same && descriptor.buffer == place.buffer &&
           descriptor.memoryType == place.type;
    descriptor.buffer = place.buffer;
    descriptor.memoryType = place.type;
  };
  for (size_t i = 0; i < inputs.size(); ++i) set(bound_inputs_[i], inputs[i]);
  for (size_t i = 0; i < outputs.size(); ++i) {
    set(bound_outputs_[i], outputs[i]);
  }
  if (!same) {
    bound_ = false;
    const Status status = functions.Check(functions.onnxSetGraphIO(
        graph_, static_cast<uint32_t>(inputs.size()), bound_inputs_.data(),
        static_cast<uint32_t>(outputs.size()), bound_outputs_.data()));
    if (!status.ok()) return Failed(status);
    bound_ = true;
  }
  onnxMemoryFenceV1 in = {};
  in.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  in.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  in.event = behind != nullptr ? behind : ready_;
  onnxMemoryFenceV1 out = {};
  out.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  out.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  const onnxStatus code = functions.onnxRunGraph(graph_, &in, &out);
  if (code != ONNXIFI_STATUS_SUCCESS && code != ONNXIFI_STATUS_FALLBACK) {
    return Failed(functions.Check(code));
  }
  done_ = out.event;
  started_ = true;
  return Status::Ok();
}

Status CompiledPart::Wait() const {
  if (!started_) return Status::Ok();
  const partitioner::Functions& functions = device_->functions();
  const onnxStatus code = functions.onnxWaitEvent(done_);
  if (code == ONNXIFI_STATUS_SUCCESS) return Status::Ok();
  return Failed(functions.Check(code));
}

void CompiledPart::Release() {
  if (!started_) return;
  started_ = false;
  static_cast<void>(device_->functions().onnxReleaseEvent(done_));
}

onnxStatus ONNXIFI_ABI CompiledPart::Receive(void* context, uint32_t index,
                                             const onnxValue* value) {
  auto* receiver = static_cast<Receiver*>(context);
  try {
    receiver->status = receiver->Take(index, value);
    return receiver->status.code();
  } catch (const std::bad_alloc&) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
}

Result<std::vector<RunValue>> CompiledPart::RunValues(
    const std::vector<const RunValue*>& inputs) {
  if (!device_->carries_values()) return RunBound(inputs);
  std::vector<abi::ValueView> views;
  std::vector<onnxValue> values;
  for (size_t i = 0; i < inputs.size(); ++i) {
    ONNXIFI_ASSIGN_OR_RETURN(
        abi::ValueView view,
        abi::ValueView::Make(inputs_[i].name, *inputs[i], inputs_[i].type));
    views.push_back(std::move(view));
    values.push_back(views.back().get());
  }
  Receiver receiver{outputs_, {}, {}};
  onnxRunValuesArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.inputsCount = static_cast<uint32_t>(values.size());
  arguments.graph = graph_;
  arguments.inputs = values.data();
  arguments.receive = &Receive;
  arguments.receiveContext = &receiver;
  const onnxStatus code = device_->interface()->runValues(&arguments);
  if (!receiver.status.ok()) return Failed(receiver.status);
  const Status status = device_->functions().Check(code);
  if (!status.ok()) return Failed(status);
  if (receiver.values.size() == outputs_.size()) {
    return std::move(receiver.values);
  }
  return Failed(Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                       StrCat("it delivers ", receiver.values.size(), " of ",
                              outputs_.size(), " outputs")));
}

// A plugin of 1.0 among values: everything it gets or gives has a shape that
// the model fixes, or the node would not be here.
Result<std::vector<RunValue>> CompiledPart::RunBound(
    const std::vector<const RunValue*>& inputs) {
  std::vector<TensorPlace> from;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const graph::TensorPtr& tensor = inputs[i]->tensor;
    const std::vector<uint64_t>& dims = inputs_[i].dims;
    if (!inputs[i]->is_tensor() || tensor->type != inputs_[i].type.type ||
        !std::equal(tensor->dims.begin(), tensor->dims.end(), dims.begin(),
                    dims.end(), [](int64_t a, uint64_t b) {
                      return static_cast<uint64_t>(a) == b;
                    })) {
      return Failed(Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                           StrCat("value '", inputs_[i].name,
                                  "' is not what the model declares")));
    }
    from.push_back(TensorPlace::OnHost(tensor->data));
  }
  std::vector<TensorPlace> to;
  std::vector<RunValue> outputs;
  for (const Port& port : outputs_) {
    ONNXIFI_ASSIGN_OR_RETURN(
        graph::NewTensor tensor,
        graph::MakeTensor(port.type.type,
                          graph::Shape(port.dims.begin(), port.dims.end())));
    to.push_back(TensorPlace::OnHost(tensor.data));
    outputs.push_back(RunValue::Tensor(std::move(tensor.tensor)));
  }
  ONNXIFI_RETURN_IF_ERROR(Start(from, to));
  const Status status = Wait();
  Release();
  if (!status.ok()) return status;
  return outputs;
}

}  // namespace onnxifi::hetero
