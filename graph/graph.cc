#include "graph/graph.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/aligned_memory.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::graph {
namespace {

// Calls `use` with every value that `node` reads: its inputs and what its
// subgraphs capture. `ids` finds a captured value by its name.
template <typename Use>
void ForEachRead(const Node& node,
                 const std::unordered_map<std::string_view, ValueId>& ids,
                 const Use& use) {
  for (const ValueId id : node.inputs) {
    if (id != kNoValue) use(id);
  }
  const auto captured = [&](const Graph& body) {
    for (const ValueId id : body.captures) {
      const auto found = ids.find(body.value(id).name);
      if (found != ids.end()) use(found->second);
    }
  };
  for (const Attribute& attribute : node.attributes) {
    if (attribute.graph != nullptr) captured(*attribute.graph);
    for (const auto& body : attribute.graphs) captured(*body);
  }
}

// Names are needed only to resolve captures; most graphs have none.
std::unordered_map<std::string_view, ValueId> IdsForCaptures(
    const Graph& graph) {
  std::unordered_map<std::string_view, ValueId> ids;
  if (std::any_of(graph.nodes.begin(), graph.nodes.end(), HasBodies)) {
    for (size_t i = 0; i < graph.values.size(); ++i) {
      ids.emplace(graph.values[i].name, static_cast<ValueId>(i));
    }
  }
  return ids;
}

bool Borrows(const Graph& graph);

bool Borrows(const Attribute& attribute) {
  return (attribute.graph != nullptr && Borrows(*attribute.graph)) ||
         std::any_of(attribute.graphs.begin(), attribute.graphs.end(),
                     [](const auto& body) { return Borrows(*body); });
}

// A constant in it, or in its bodies, is in memory of the caller.
bool Borrows(const Graph& graph) {
  return std::any_of(graph.values.begin(), graph.values.end(),
                     [](const Value& value) {
                       return value.constant != nullptr &&
                              value.constant->owner == nullptr;
                     }) ||
         std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& node) {
                       return std::any_of(
                           node.attributes.begin(), node.attributes.end(),
                           [](const Attribute& a) { return Borrows(a); });
                     });
}

Status OwnBody(std::shared_ptr<const Graph>* body) {
  if (!Borrows(**body)) return Status::Ok();
  auto copy = std::make_shared<Graph>(**body);
  ONNXIFI_RETURN_IF_ERROR(OwnConstants(*copy));
  *body = std::move(copy);
  return Status::Ok();
}

}  // namespace

Result<NewTensor> MakeTensor(DataType type, Shape dims) {
  ONNXIFI_ASSIGN_OR_RETURN(const size_t bytes, ByteSize(type, dims));
  auto block = std::make_shared<AlignedMemory>(AlignedMemory::Allocate(bytes));
  if (!*block) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  StrCat("no memory for a tensor of ", bytes, " bytes (",
                         DataTypeName(type), " ", ShapeText(dims), ")"));
  }
  void* const data = block->data();
  auto tensor = std::make_shared<TensorData>();
  tensor->type = type;
  tensor->dims = std::move(dims);
  tensor->data = data;
  tensor->bytes = bytes;
  tensor->owner = std::move(block);
  return NewTensor{std::move(tensor), data};
}

Result<std::vector<int64_t>> ReadInts(const TensorData& tensor) {
  ONNXIFI_ASSIGN_OR_RETURN(const int64_t count, ElementCount(tensor.dims));
  std::vector<int64_t> values(static_cast<size_t>(count));
  if (tensor.type == DataType::kInt64) {
    if (count > 0) std::memcpy(values.data(), tensor.data, tensor.bytes);
    return values;
  }
  if (tensor.type != DataType::kInt32) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat("a tensor of ", DataTypeName(tensor.type),
                         " where int32 or int64 is needed"));
  }
  const char* bytes = static_cast<const char*>(tensor.data);
  for (size_t k = 0; k < values.size(); ++k) {
    int32_t value = 0;
    std::memcpy(&value, bytes + k * 4, 4);
    values[k] = value;
  }
  return values;
}

TensorPtr MakeStringTensor(std::vector<std::string> strings, Shape dims) {
  struct Owner {
    std::vector<std::string> strings;
    std::vector<StringRef> refs;
  };
  auto owner = std::make_shared<Owner>();
  owner->strings = std::move(strings);
  owner->refs.assign(owner->strings.begin(), owner->strings.end());
  auto tensor = std::make_shared<TensorData>();
  tensor->type = DataType::kString;
  tensor->dims = std::move(dims);
  tensor->data = owner->refs.data();
  tensor->bytes = owner->refs.size() * sizeof(StringRef);
  tensor->owner = std::move(owner);
  return tensor;
}

// Those of bodies too: a body that borrows some is replaced by a copy.
Status OwnConstants(Graph& graph) {
  for (Value& value : graph.values) {
    if (value.constant == nullptr || value.constant->owner != nullptr) continue;
    ONNXIFI_ASSIGN_OR_RETURN(
        const NewTensor copy,
        MakeTensor(value.constant->type, value.constant->dims));
    if (value.constant->bytes > 0) {
      std::memcpy(copy.data, value.constant->data, value.constant->bytes);
    }
    value.constant = copy.tensor;
  }
  for (Node& node : graph.nodes) {
    for (Attribute& attribute : node.attributes) {
      if (attribute.graph != nullptr) {
        ONNXIFI_RETURN_IF_ERROR(OwnBody(&attribute.graph));
      }
      for (auto& body : attribute.graphs) {
        ONNXIFI_RETURN_IF_ERROR(OwnBody(&body));
      }
    }
  }
  return Status::Ok();
}

bool HasBodies(const Node& node) {
  return std::any_of(node.attributes.begin(), node.attributes.end(),
                     [](const Attribute& attribute) {
                       return attribute.graph != nullptr ||
                              !attribute.graphs.empty();
                     });
}

std::vector<int32_t> Producers(const Graph& graph) {
  std::vector<int32_t> producers(graph.values.size(), -1);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId id : graph.nodes[i].outputs) {
      if (id != kNoValue) {
        producers[static_cast<size_t>(id)] = static_cast<int32_t>(i);
      }
    }
  }
  return producers;
}

std::vector<std::vector<ValueId>> Reads(const Graph& graph) {
  std::vector<std::vector<ValueId>> reads(graph.nodes.size());
  const auto ids = IdsForCaptures(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    ForEachRead(graph.nodes[i], ids,
                [&](ValueId id) { reads[i].push_back(id); });
  }
  return reads;
}

std::vector<int32_t> UseCounts(const Graph& graph) {
  std::vector<int32_t> counts(graph.values.size(), 0);
  const auto ids = IdsForCaptures(graph);
  const auto use = [&](ValueId id) { ++counts[static_cast<size_t>(id)]; };
  for (const Node& node : graph.nodes) ForEachRead(node, ids, use);
  for (const ValueId id : graph.outputs) use(id);
  return counts;
}

void RemoveDeadNodes(Graph& graph) {
  std::vector<int32_t> counts = UseCounts(graph);
  const auto ids = IdsForCaptures(graph);
  std::vector<bool> live(graph.nodes.size(), true);
  // Readers come after producers: one backward sweep sees every reader first.
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    live[i] =
        std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
          return id != kNoValue && counts[static_cast<size_t>(id)] > 0;
        });
    if (live[i]) continue;
    ForEachRead(node, ids,
                [&](ValueId id) { --counts[static_cast<size_t>(id)]; });
  }
  size_t kept = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!live[i]) continue;
    if (kept != i) graph.nodes[kept] = std::move(graph.nodes[i]);
    ++kept;
  }
  graph.nodes.resize(kept);
}

const Attribute* AttrReader::Find(std::string_view name) const {
  for (const Attribute& attribute : node_.attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

int64_t AttrReader::Int(std::string_view name, int64_t fallback) const {
  const Attribute* found = Find(name);
  return found != nullptr && found->kind == Attribute::Kind::kInt ? found->i
                                                                  : fallback;
}

float AttrReader::Float(std::string_view name, float fallback) const {
  const Attribute* found = Find(name);
  return found != nullptr && found->kind == Attribute::Kind::kFloat ? found->f
                                                                    : fallback;
}

std::string_view AttrReader::String(std::string_view name,
                                    std::string_view fallback) const {
  const Attribute* found = Find(name);
  return found != nullptr && found->kind == Attribute::Kind::kString
             ? std::string_view(found->s)
             : fallback;
}

std::span<const int64_t> AttrReader::Ints(std::string_view name) const {
  const Attribute* found = Find(name);
  if (found == nullptr || found->kind != Attribute::Kind::kInts) return {};
  return found->ints;
}

std::span<const float> AttrReader::Floats(std::string_view name) const {
  const Attribute* found = Find(name);
  if (found == nullptr || found->kind != Attribute::Kind::kFloats) return {};
  return found->floats;
}

TensorPtr AttrReader::Tensor(std::string_view name) const {
  const Attribute* found = Find(name);
  return found != nullptr && found->kind == Attribute::Kind::kTensor
             ? found->tensor
             : nullptr;
}

}  // namespace onnxifi::graph
