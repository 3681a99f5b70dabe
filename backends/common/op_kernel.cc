#include "backends/common/op_kernel.h"

#include <unordered_set>

#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::DataType;
using graph::ValueId;

Result<size_t> DescBytes(const TensorDesc& desc) {
  if (desc.layout == Layout::kPlain) {
    return graph::ByteSize(desc.type, desc.dims);
  }
  if (desc.dims.size() < 2) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "a channel-blocked tensor needs at least two dimensions");
  }
  graph::Shape padded = desc.dims;
  padded[1] = RoundUp(padded[1], static_cast<int64_t>(desc.layout));
  return graph::ByteSize(desc.type, padded);
}

std::shared_ptr<const void> PackCache::Find(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second;
}

void PackCache::Put(const std::string& key, std::shared_ptr<const void> value) {
  entries_.insert_or_assign(key, std::move(value));
}

Result<std::vector<int64_t>> PrepareContext::ConstantInts(size_t i) const {
  const graph::TensorData* tensor = ConstantIn(i);
  if (tensor == nullptr) {
    return Status(
        ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
        StrCat(node().op_type, " '", node().name, "': input ", i,
               " decides a shape, but its value is only known at run time; "
               "make it a constant or compute it from shapes"));
  }
  Result<std::vector<int64_t>> values = graph::ReadInts(*tensor);
  if (values.ok()) return values;
  return values.status().WithContext(
      StrCat(node().op_type, " '", node().name, "', input ", i));
}

bool IsShapeComputed(const NodeView& node, size_t i) {
  if (!node.HasInput(i) || node.inputs_known()) return true;
  const graph::Graph& graph = node.graph();
  std::vector<int32_t> own;
  const std::vector<int32_t>* producers = nullptr;
  if (node.facts() != nullptr) {
    producers = &node.facts()->producers;
  } else {
    own = graph::Producers(graph);
    producers = &own;
  }
  const auto is_opaque = [&](size_t index) {
    return node.facts() != nullptr && index < node.facts()->opaque.size() &&
           node.facts()->opaque[index];
  };
  std::vector<ValueId> pending = {node.node().inputs[i]};
  std::unordered_set<ValueId> seen;
  while (!pending.empty()) {
    const ValueId id = pending.back();
    pending.pop_back();
    if (id == graph::kNoValue || !seen.insert(id).second) continue;
    if (graph.value(id).constant != nullptr) continue;
    const int32_t producer = (*producers)[static_cast<size_t>(id)];
    if (producer < 0 || is_opaque(static_cast<size_t>(producer))) return false;
    const graph::Node& n = graph.nodes[static_cast<size_t>(producer)];
    if (n.domain.empty() && (n.op_type == "Shape" || n.op_type == "Size")) {
      continue;
    }
    for (const graph::Attribute& attribute : n.attributes) {
      if (attribute.graph != nullptr || !attribute.graphs.empty()) {
        return false;
      }
    }
    if (n.op_type.starts_with("Random") || n.op_type == "Bernoulli" ||
        n.op_type == "Multinomial") {
      return false;
    }
    pending.insert(pending.end(), n.inputs.begin(), n.inputs.end());
  }
  return true;
}

}  // namespace onnxifi
