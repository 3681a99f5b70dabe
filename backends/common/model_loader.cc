#include "backends/common/model_loader.h"

#include <cstring>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backends/common/backend_info.h"
#include "backends/common/failed_node.h"
#include "backends/common/gradient/expand_gradients.h"
#include "backends/common/op_kernel.h"
#include "base/str_cat.h"
#include "base/thread_pool.h"
#include "graph/onnx_reader.h"
#include "graph/wire_reader.h"

namespace onnxifi::abi {
namespace {

// Fields of ModelProto and GraphProto.
constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kGraphInitializer = 5;
constexpr uint32_t kGraphSparseInitializer = 15;

// Only skips over fields, so it is cheap; false for bytes that do not parse:
// the reader will say why.
bool HasInitializers(ModelBytes model) {
  graph::WireReader fields(model);
  graph::WireField field;
  while (!fields.done()) {
    if (!fields.Next(&field).ok()) return false;
    if (field.number != kModelGraph || field.type != graph::WireType::kBytes) {
      continue;
    }
    graph::WireReader graph(field.bytes);
    while (!graph.done()) {
      if (!graph.Next(&field).ok()) return false;
      if (field.number == kGraphInitializer ||
          field.number == kGraphSparseInitializer) {
        return true;
      }
    }
  }
  return false;
}

// Smaller constants are copied even for a backend that takes borrowed ones.
constexpr size_t kBorrowAbove = size_t{64} << 10;

// Replaces constants that point into the client's bytes by copies, one memory
// block each, so that the backend can drop what it has packed.
class ConstantOwner {
 public:
  // Values of more bytes than `borrow_above` stay where they are.
  explicit ConstantOwner(size_t borrow_above) : borrow_above_(borrow_above) {}

  Status Take(graph::Graph& graph) {
    ONNXIFI_RETURN_IF_ERROR(Collect(graph));
    // Touching new memory is the slow part, and it scales with threads.
    ThreadPool::Global().ParallelFor(
        static_cast<int64_t>(copies_.size()), [this](int64_t i) {
          const Copy& copy = copies_[static_cast<size_t>(i)];
          std::memcpy(copy.to, copy.from, copy.bytes);
        });
    return Status::Ok();
  }

 private:
  // Large tensors are cut so that threads share them.
  static constexpr size_t kPieceBytes = size_t{4} << 20;
  struct Copy {
    void* to;
    const void* from;
    size_t bytes;
  };

  Status Own(graph::TensorPtr* tensor) {
    if (*tensor == nullptr || (*tensor)->owner != nullptr) return Status::Ok();
    graph::TensorPtr& owned = owned_[tensor->get()];
    if (owned == nullptr) {
      const graph::TensorPtr borrowed = *tensor;
      keep_.push_back(borrowed);
      ONNXIFI_ASSIGN_OR_RETURN(
          graph::NewTensor copy,
          graph::MakeTensor(borrowed->type, borrowed->dims));
      const size_t bytes = std::min(borrowed->bytes, copy.tensor->bytes);
      for (size_t at = 0; at < bytes; at += kPieceBytes) {
        copies_.push_back({static_cast<char*>(copy.data) + at,
                           static_cast<const char*>(borrowed->data) + at,
                           std::min(kPieceBytes, bytes - at)});
      }
      owned = std::move(copy.tensor);
    }
    *tensor = owned;
    return Status::Ok();
  }

  Status Collect(graph::Graph& graph) {
    for (graph::Value& value : graph.values) {
      if (value.constant != nullptr && value.constant->bytes > borrow_above_) {
        continue;
      }
      ONNXIFI_RETURN_IF_ERROR(Own(&value.constant));
    }
    for (graph::Node& node : graph.nodes) {
      for (graph::Attribute& attribute : node.attributes) {
        ONNXIFI_RETURN_IF_ERROR(CollectAttribute(attribute));
      }
    }
    return Status::Ok();
  }

  Status CollectAttribute(graph::Attribute& attribute) {
    ONNXIFI_RETURN_IF_ERROR(Own(&attribute.tensor));
    for (graph::TensorPtr& tensor : attribute.tensors) {
      ONNXIFI_RETURN_IF_ERROR(Own(&tensor));
    }
    // The graph has just been read: nobody else has its bodies yet.
    if (attribute.graph != nullptr) {
      ONNXIFI_RETURN_IF_ERROR(
          Collect(*std::const_pointer_cast<graph::Graph>(attribute.graph)));
    }
    for (const auto& body : attribute.graphs) {
      ONNXIFI_RETURN_IF_ERROR(
          Collect(*std::const_pointer_cast<graph::Graph>(body)));
    }
    return Status::Ok();
  }

  const size_t borrow_above_;
  std::unordered_map<const graph::TensorData*, graph::TensorPtr> owned_;
  std::vector<graph::TensorPtr> keep_;  // keys of owned_ stay unique
  std::vector<Copy> copies_;
};

Status CheckSupported(const Backend& backend, const graph::Graph& graph,
                      Carrier carrier) {
  ONNXIFI_RETURN_IF_ERROR(
      GraphIo::Check(graph, OfferedCapabilities(backend.info()), carrier));
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<NodeSupport> answers,
                           QueryNodes(backend, graph));
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].reject.supported()) continue;
    return RefusalOf(graph.nodes[i], answers[i].reject);
  }
  return Status::Ok();
}

}  // namespace

Result<graph::ReadOptions> OptionsFor(ModelBytes model, Descriptors weights,
                                      bool tolerant, bool external_too) {
  graph::ReadOptions options;
  if (weights.empty()) return options;
  if (!HasInitializers(model)) {
    ONNXIFI_ASSIGN_OR_RETURN(options.weights, ReadWeights(weights));
  } else if (external_too && !tolerant) {
    ONNXIFI_ASSIGN_OR_RETURN(options.external_weights, ReadWeights(weights));
  } else if (!tolerant) {
    return Status(ONNXIFI_STATUS_INVALID_MODEL,
                  "the model has initializers and there are weight "
                  "descriptors; weights must come from one of the two");
  }
  return options;
}

Result<graph::Graph> ReadGraph(ModelBytes model,
                               const graph::ReadOptions& options) {
  ONNXIFI_ASSIGN_OR_RETURN(graph::Graph graph,
                           graph::ReadModel(model, options));
  ONNXIFI_RETURN_IF_ERROR(ExpandGradients(graph));
  return graph;
}

Result<std::vector<NodeSupport>> QueryNodes(const Backend& backend,
                                            const graph::Graph& graph) {
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<NodeSupport> answers,
                           backend.Query(graph));
  if (answers.size() == graph.nodes.size()) return answers;
  return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                StrCat("asked about ", graph.nodes.size(),
                       " nodes, the backend answered for ", answers.size()));
}

Status RefusalOf(const graph::Node& node, const Reject& reject) {
  const Status refusal(
      RejectStatus(reject.reason),
      StrCat("node '", node.name, "' (", node.op_type,
             "): ", RejectText(reject.reason),
             reject.detail.empty() ? "" : ": ", reject.detail));
  return FailureAt(refusal, node);
}

Status CheckModel(const Backend& backend, ModelBytes model, Carrier carrier) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::Graph graph, ReadGraph(model, {}));
  return CheckSupported(backend, graph, carrier);
}

Result<graph::Graph> LoadModel(const Backend& backend,
                               const ModelSource& source) {
  ONNXIFI_ASSIGN_OR_RETURN(
      graph::ReadOptions options,
      OptionsFor(source.model, source.weights, source.tolerant,
                 source.carrier == Carrier::kValues));
  options.external_data_dir = source.external_data_directory;
  if (source.stays) {
    // Something that lives as long as anybody needs it, which is what the
    // client promises of the memory.
    options.owner = std::make_shared<const char>('\0');
    for (auto* weights : {&options.weights, &options.external_weights}) {
      for (graph::NamedTensor& weight : *weights) {
        graph::TensorData kept = *weight.tensor;
        kept.owner = options.owner;
        weight.tensor =
            std::make_shared<const graph::TensorData>(std::move(kept));
      }
    }
  }
  ONNXIFI_ASSIGN_OR_RETURN(graph::Graph graph,
                           ReadGraph(source.model, options));
  ONNXIFI_RETURN_IF_ERROR(CheckSupported(backend, graph, source.carrier));
  const size_t borrow_above =
      backend.takes_borrowed_constants() ? kBorrowAbove : SIZE_MAX;
  ONNXIFI_RETURN_IF_ERROR(ConstantOwner(borrow_above).Take(graph));
  return graph;
}

}  // namespace onnxifi::abi
