#include "tools/cli/graph_runner.h"

#include <cstring>
#include <utility>

#include "base/str_cat.h"
#include "client/text.h"
#include "graph/onnx_writer.h"
#include "partitioner/support.h"

namespace onnxifi::client {
namespace {

// Memory for outputs whose shapes the graph fixes.
Result<std::vector<HostValue>> MakeOutputs(const graph::Graph& graph) {
  std::vector<HostValue> outputs;
  for (const graph::ValueId id : graph.outputs) {
    const graph::Value& value = graph.value(id);
    if (!partitioner::FitsDescriptor(value)) {
      return Status(
          ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
          StrCat("value '", EscapeText(value.name),
                 "': interface 1.0, which is all that the backend has, cannot "
                 "carry it: fix its shape in the model or use a backend with "
                 "interface 1.1"));
    }
    ONNXIFI_ASSIGN_OR_RETURN(
        HostTensor tensor,
        HostTensor::Make(value.name, value.type, value.dims));
    outputs.emplace_back(std::move(tensor));
  }
  return outputs;
}

}  // namespace

Result<GraphRunner> GraphRunner::Open(onnxBackendID id) {
  std::string name = InfoText(id, ONNXIFI_BACKEND_NAME).value_or("(unnamed)");
  ONNXIFI_ASSIGN_OR_RETURN(Backend backend, InitBackend(id));
  std::optional<Interface> interface = Interface::Find(id);
  if (interface.has_value() && !interface->complete()) interface.reset();
  return GraphRunner(std::move(name), std::move(backend), std::move(interface));
}

Result<std::vector<HostValue>> GraphRunner::Run(
    const graph::Graph& graph, std::span<const HostValue> inputs) const {
  Result<std::vector<HostValue>> outputs = RunModel(graph, inputs);
  if (!outputs.ok()) return outputs.status().WithContext(EscapeText(name_));
  return outputs;
}

Result<std::vector<HostValue>> GraphRunner::RunModel(
    const graph::Graph& graph, std::span<const HostValue> inputs) const {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::SplitModel model,
                           graph::WriteSplitModel(graph));
  const partitioner::WeightDescriptors weights(model.weights);
  ONNXIFI_ASSIGN_OR_RETURN(
      CompiledGraph compiled,
      CompiledGraph::Compile(backend_, std::as_bytes(std::span(model.model)),
                             interface_, {weights.data(), weights.count()}));
  std::vector<HostValue> outputs;
  if (interface_.has_value()) {
    ONNXIFI_ASSIGN_OR_RETURN(outputs, compiled.RunValues(*interface_, inputs));
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(outputs, MakeOutputs(graph));
    ONNXIFI_RETURN_IF_ERROR(compiled.Bind(inputs, outputs));
    ONNXIFI_RETURN_IF_ERROR(compiled.Run());
  }
  if (outputs.size() != graph.outputs.size()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("it gives ", outputs.size(), " outputs instead of ",
                         graph.outputs.size(), ": report it"));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].tensor.set_name(graph.value(graph.outputs[i]).name);
  }
  return outputs;
}

Result<graph::TensorPtr> ToGraphTensor(const HostTensor& tensor) {
  if (tensor.has_strings()) {
    return graph::MakeStringTensor(
        std::vector<std::string>(tensor.strings().begin(),
                                 tensor.strings().end()),
        tensor.dims());
  }
  ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                           graph::MakeTensor(tensor.type(), tensor.dims()));
  if (made.tensor->bytes != tensor.bytes().size()) {
    return Status(
        ONNXIFI_STATUS_INTERNAL_ERROR,
        StrCat("tensor '", EscapeText(tensor.name()), "' has ",
               tensor.bytes().size(), " bytes, not ", made.tensor->bytes));
  }
  if (!tensor.bytes().empty()) {
    std::memcpy(made.data, tensor.bytes().data(), tensor.bytes().size());
  }
  return std::move(made.tensor);
}

}  // namespace onnxifi::client
