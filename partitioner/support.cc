#include "partitioner/support.h"

#include <algorithm>
#include <new>
#include <unordered_map>
#include <utility>

#include "base/str_cat.h"
#include "graph/extract.h"
#include "partitioner/node_model.h"

namespace onnxifi::partitioner {
namespace {

// What the receiver of queryGraph fills in.
struct Answers {
  size_t expected = 0;
  std::vector<NodeSupport> nodes;
  Status status;
};

NodeSupport CopyOf(const onnxNodeSupport& told) {
  NodeSupport copy;
  copy.supported = told.support != ONNXIFI_SUPPORT_NONE;
  copy.emulated = told.support == ONNXIFI_SUPPORT_EMULATED;
  copy.status = told.status;
  if (told.reason != nullptr) copy.reason = told.reason;
  copy.group = told.group;
  copy.host_inputs = told.hostInputs;
  copy.cost_ns = told.costNs;
  copy.workspace_bytes = told.workspaceBytes;
  return copy;
}

// The loader has checked the elements; their number only we know.
onnxStatus ONNXIFI_ABI ReceiveSupport(void* context, uint32_t count,
                                      const onnxNodeSupport* nodes) {
  auto* answers = static_cast<Answers*>(context);
  try {
    if (count != answers->expected) {
      answers->status = Status(
          ONNXIFI_STATUS_INTERNAL_ERROR,
          StrCat("it answers for ", count, " nodes, the model has ",
                 answers->expected, ": report this to the plugin's vendor"));
      return answers->status.code();
    }
    answers->nodes.reserve(count);
    const auto* at = reinterpret_cast<const std::byte*>(nodes);
    for (uint32_t i = 0; i < count; ++i, at += nodes->structSize) {
      answers->nodes.push_back(
          CopyOf(*reinterpret_cast<const onnxNodeSupport*>(at)));
    }
  } catch (const std::bad_alloc&) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// Nodes that the device's reader sees: constants in writing come first.
Result<std::vector<NodeSupport>> QueryWhole(Device& device,
                                            const graph::Graph& graph,
                                            const graph::SplitModel& model) {
  const WeightDescriptors weights(model.weights);
  Answers answers;
  answers.expected = graph.nodes.size() + model.constant_nodes;
  onnxQueryGraphArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.weightsCount = weights.count();
  arguments.backendID = device.id();
  arguments.onnxModel = model.model.data();
  arguments.onnxModelSize = model.model.size();
  arguments.weightDescriptors = weights.count() > 0 ? weights.data() : nullptr;
  arguments.receive = &ReceiveSupport;
  arguments.receiveContext = &answers;
  const onnxStatus status = device.interface()->queryGraph(&arguments);
  ONNXIFI_RETURN_IF_ERROR(answers.status);
  ONNXIFI_RETURN_IF_ERROR(device.functions().Check(status));
  answers.nodes.erase(answers.nodes.begin(),
                      answers.nodes.begin() +
                          static_cast<std::ptrdiff_t>(model.constant_nodes));
  return std::move(answers.nodes);
}

// Asks about models of one node each, equal ones once. Constants above this size are not part of a question that
// is kept.
constexpr size_t kMostKeptBytes = size_t{64} << 10;

class NodeByNode {
 public:
  NodeByNode(Device& device, const graph::Graph& graph)
      : device_(device), graph_(graph) {}

  NodeSupport Ask(size_t index) {
    const graph::Extract part = ExtractNode(graph_, index);
    if (!Carried(part.graph)) {
      return Refused(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                     "interface 1.0 cannot carry its inputs or outputs");
    }
    const Result<std::string> model = graph::WriteModel(part.graph);
    if (!model.ok()) return Refused(model.status().code(), "");
    if (model->size() > kMostKeptBytes) return AskModel(*model);
    const auto [entry, added] = kept_.try_emplace(*model);
    if (added) entry->second = AskModel(*model);
    return entry->second;
  }

 private:
  static NodeSupport Refused(onnxStatus status, std::string reason) {
    NodeSupport support;
    support.status = status;
    support.reason = std::move(reason);
    return support;
  }

  static bool Carried(const graph::Graph& part) {
    const auto fits = [&](graph::ValueId id) {
      return FitsDescriptor(part.value(id));
    };
    return std::all_of(part.inputs.begin(), part.inputs.end(), fits) &&
           std::all_of(part.outputs.begin(), part.outputs.end(), fits);
  }

  NodeSupport AskModel(const std::string& model) {
    const onnxStatus status = device_.functions().onnxGetBackendCompatibility(
        device_.id(), model.size(), model.data());
    NodeSupport support;
    support.supported =
        status == ONNXIFI_STATUS_SUCCESS || status == ONNXIFI_STATUS_FALLBACK;
    support.emulated = status == ONNXIFI_STATUS_FALLBACK;
    if (support.supported) return support;
    return Refused(status, device_.functions().Check(status).message());
  }

  Device& device_;
  const graph::Graph& graph_;
  std::unordered_map<std::string, NodeSupport> kept_;
};

}  // namespace

WeightDescriptors::WeightDescriptors(
    const std::vector<graph::NamedTensor>& weights) {
  shapes_.reserve(weights.size());
  for (const graph::NamedTensor& weight : weights) {
    const graph::TensorData& tensor = *weight.tensor;
    shapes_.emplace_back(tensor.dims.begin(), tensor.dims.end());
    onnxTensorDescriptorV1 descriptor = {};
    descriptor.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
    descriptor.name = weight.name.c_str();
    descriptor.dataType = static_cast<onnxEnum>(tensor.type);
    descriptor.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
    descriptor.dimensions = static_cast<uint32_t>(tensor.dims.size());
    descriptor.shape = shapes_.back().data();
    descriptor.buffer = reinterpret_cast<onnxPointer>(tensor.data);
    all_.push_back(descriptor);
  }
}

bool FitsDescriptor(const graph::Value& value) {
  const auto type = static_cast<int32_t>(value.type);
  return value.kind == graph::Value::Kind::kTensor && type >= 1 && type <= 16 &&
         value.type != graph::DataType::kString &&
         value.type != graph::DataType::kBool && value.has_shape &&
         std::all_of(value.dims.begin(), value.dims.end(),
                     [](int64_t dim) { return dim > 0; });
}

Result<std::vector<NodeSupport>> QuerySupport(Device& device,
                                              const graph::Graph& graph,
                                              const graph::SplitModel& model) {
  if (device.has_query()) return QueryWhole(device, graph, model);
  NodeByNode asker(device, graph);
  std::vector<NodeSupport> answers;
  answers.reserve(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    answers.push_back(asker.Ask(i));
  }
  return answers;
}

}  // namespace onnxifi::partitioner
