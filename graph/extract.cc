#include "graph/extract.h"

#include <unordered_map>

namespace onnxifi::graph {
namespace {

// Moves values of a graph into an extract, each once.
class Copier {
 public:
  Copier(const Graph& whole, Graph* part)
      : whole_(whole), part_(part), ids_(whole.values.size(), kNoValue) {}

  bool Has(ValueId id) const {
    return ids_[static_cast<size_t>(id)] != kNoValue;
  }
  ValueId Copy(ValueId id) {
    if (id == kNoValue) return kNoValue;
    ValueId& copied = ids_[static_cast<size_t>(id)];
    if (copied == kNoValue) {
      copied = static_cast<ValueId>(part_->values.size());
      part_->values.push_back(whole_.value(id));
    }
    return copied;
  }

 private:
  const Graph& whole_;
  Graph* const part_;
  std::vector<ValueId> ids_;
};

}  // namespace

Extract ExtractNodes(const Graph& whole, std::span<const size_t> nodes) {
  Extract out;
  out.graph.name = whole.name;
  out.graph.ir_version = whole.ir_version;
  out.graph.opsets = whole.opsets;
  Copier copier(whole, &out.graph);
  std::vector<bool> inside(whole.nodes.size(), false);
  for (const size_t index : nodes) {
    inside[index] = true;
    Node node = whole.nodes[index];
    for (ValueId& id : node.inputs) {
      const bool fresh = id != kNoValue && !copier.Has(id);
      const ValueId from = id;
      id = copier.Copy(id);
      if (!fresh || whole.value(from).constant != nullptr) continue;
      out.inputs.push_back(from);
      out.graph.inputs.push_back(id);
    }
    for (ValueId& id : node.outputs) id = copier.Copy(id);
    out.graph.nodes.push_back(std::move(node));
  }
  std::vector<bool> wanted(whole.values.size(), false);
  const std::vector<std::vector<ValueId>> reads = Reads(whole);
  for (size_t i = 0; i < whole.nodes.size(); ++i) {
    if (inside[i]) continue;
    for (const ValueId id : reads[i]) wanted[static_cast<size_t>(id)] = true;
  }
  for (const ValueId id : whole.outputs) wanted[static_cast<size_t>(id)] = true;
  for (const size_t index : nodes) {
    for (const ValueId id : whole.nodes[index].outputs) {
      if (id == kNoValue || !wanted[static_cast<size_t>(id)]) continue;
      out.outputs.push_back(id);
      out.graph.outputs.push_back(copier.Copy(id));
    }
  }
  return out;
}

std::vector<ValueId> CapturedValues(const Graph& outer, const Graph& body) {
  std::vector<ValueId> captured;
  for (const ValueId id : body.captures) {
    if (body.value(id).constant != nullptr) continue;
    for (size_t v = 0; v < outer.values.size(); ++v) {
      if (outer.values[v].name != body.value(id).name) continue;
      captured.push_back(static_cast<ValueId>(v));
      break;
    }
  }
  return captured;
}

}  // namespace onnxifi::graph
