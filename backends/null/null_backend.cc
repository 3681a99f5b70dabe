#include "backends/null/null_backend.h"

#include <cstring>
#include <utility>

#include "backends/common/op_kernel.h"
#include "base/str_cat.h"

namespace onnxifi::null {
namespace {

// Where an output's bytes come from: a run-time input or a constant.
struct Source {
  size_t input = 0;           // index into the graph's inputs
  graph::TensorPtr constant;  // instead, when not null
};

// The graph for one set of input shapes: one copy per output.
class NullExecutable : public Executable {
 public:
  NullExecutable(std::vector<Source> sources, std::vector<graph::Shape> shapes,
                 std::vector<size_t> bytes)
      : sources_(std::move(sources)),
        shapes_(std::move(shapes)),
        bytes_(std::move(bytes)) {}

  const std::vector<graph::Shape>& output_shapes() const override {
    return shapes_;
  }

  onnxStatus Run(std::span<const void* const> inputs,
                 std::span<void* const> outputs) override {
    for (size_t i = 0; i < sources_.size(); ++i) {
      const Source& source = sources_[i];
      const void* from = source.constant != nullptr ? source.constant->data
                                                    : inputs[source.input];
      if (bytes_[i] > 0) std::memmove(outputs[i], from, bytes_[i]);
    }
    return ONNXIFI_STATUS_SUCCESS;
  }

 private:
  const std::vector<Source> sources_;
  const std::vector<graph::Shape> shapes_;
  const std::vector<size_t> bytes_;  // of each output
};

// The graph with every output traced back through its Identity nodes.
class NullGraph : public CompiledGraph {
 public:
  NullGraph(std::vector<Source> sources, std::vector<graph::DataType> types)
      : sources_(std::move(sources)), types_(std::move(types)) {}

  Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<graph::Shape>& input_shapes) override {
    std::vector<graph::Shape> shapes;
    std::vector<size_t> bytes;
    for (size_t i = 0; i < sources_.size(); ++i) {
      const Source& source = sources_[i];
      shapes.push_back(source.constant != nullptr ? source.constant->dims
                                                  : input_shapes[source.input]);
      ONNXIFI_ASSIGN_OR_RETURN(const size_t size,
                               graph::ByteSize(types_[i], shapes.back()));
      bytes.push_back(size);
    }
    return std::unique_ptr<Executable>(std::make_unique<NullExecutable>(
        sources_, std::move(shapes), std::move(bytes)));
  }

 private:
  const std::vector<Source> sources_;
  const std::vector<graph::DataType> types_;  // of each output
};

// What every value of the graph is a copy of. Nodes are in topological order.
Result<std::vector<Source>> TraceValues(const graph::Graph& graph) {
  std::vector<Source> sources(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    sources[i].constant = graph.values[i].constant;
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    sources[static_cast<size_t>(graph.inputs[i])].input = i;
  }
  for (const graph::Node& node : graph.nodes) {
    if (node.inputs.size() != 1 || node.outputs.size() != 1) {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    StrCat("node '", node.name, "' was not accepted"));
    }
    sources[static_cast<size_t>(node.outputs[0])] =
        sources[static_cast<size_t>(node.inputs[0])];
  }
  return sources;
}

}  // namespace

NullBackend::NullBackend() {
  info_.name = "ONNXIFI null";
  info_.vendor = "ONNXIFI project";
  info_.version = ONNXIFI_PROJECT_VERSION;
  info_.device = "null backend (copies tensors)";
  info_.ir_versions = "3 4 5 6 7 8 9 10 11 12 13 14";
  info_.opset_versions = "ai.onnx:28";
  info_.device_type = ONNXIFI_DEVICE_TYPE_CPU;
  info_.capabilities = ONNXIFI_CAPABILITY_THREAD_SAFE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE |
                       ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS;
}

Reject NullBackend::Supports(const NodeView& node) const {
  if (!node.node().domain.empty() || node.node().op_type != "Identity") {
    return {RejectReason::kUnknownOperator, "only Identity"};
  }
  if (!node.HasInput(0) || node.input(0).kind != graph::Value::Kind::kTensor) {
    return {RejectReason::kValueKind, "Identity of something else"};
  }
  // Copies into fixed buffers: no place for the characters of strings.
  if (graph::ElementBits(node.input_type(0)) == 0 ||
      node.input_type(0) == graph::DataType::kString) {
    return {RejectReason::kDataType, graph::DataTypeName(node.input_type(0))};
  }
  return {};
}

Result<std::unique_ptr<CompiledGraph>> NullBackend::Compile(
    graph::Graph graph, const CompileOptions&) {
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<Source> sources,
                           TraceValues(graph));
  std::vector<Source> outputs;
  std::vector<graph::DataType> types;
  for (const graph::ValueId id : graph.outputs) {
    outputs.push_back(sources[static_cast<size_t>(id)]);
    types.push_back(graph.value(id).type);
  }
  return std::unique_ptr<CompiledGraph>(
      std::make_unique<NullGraph>(std::move(outputs), std::move(types)));
}

Result<std::vector<std::unique_ptr<Backend>>> CreateNullBackends() {
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(std::make_unique<NullBackend>());
  return backends;
}

}  // namespace onnxifi::null
