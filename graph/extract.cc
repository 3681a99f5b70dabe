#include "graph/extract.h"

#include <string_view>
#include <unordered_map>
#include <utility>

namespace onnxifi::graph {
namespace {

// Moves values of a graph into an extract, each once.
class Copier {
 public:
  Copier(const Graph& whole, Graph* part) : whole_(whole), part_(part) {}

  bool Has(ValueId id) const { return ids_.count(id) != 0; }
  ValueId Copy(ValueId id) {
    if (id == kNoValue) return kNoValue;
    const auto [entry, added] =
        ids_.emplace(id, static_cast<ValueId>(part_->values.size()));
    if (added) part_->values.push_back(whole_.value(id));
    return entry->second;
  }

 private:
  const Graph& whole_;
  Graph* const part_;
  std::unordered_map<ValueId, ValueId> ids_;
};

// What the bodies of nodes read of the graph around them, found by name.
class Captures {
 public:
  explicit Captures(const Graph& whole) : whole_(whole) {}

  std::vector<ValueId> Of(const Node& node) {
    std::vector<ValueId> ids;
    for (const Attribute& attribute : node.attributes) {
      if (attribute.graph != nullptr) Add(*attribute.graph, &ids);
      for (const auto& body : attribute.graphs) Add(*body, &ids);
    }
    return ids;
  }

 private:
  void Add(const Graph& body, std::vector<ValueId>* ids) {
    if (ids_.empty()) {
      for (size_t v = 0; v < whole_.values.size(); ++v) {
        ids_.emplace(whole_.values[v].name, static_cast<ValueId>(v));
      }
    }
    for (const ValueId id : body.captures) {
      const auto found = ids_.find(body.value(id).name);
      if (found != ids_.end()) ids->push_back(found->second);
    }
  }

  const Graph& whole_;
  std::unordered_map<std::string_view, ValueId> ids_;  // empty: not filled yet
};

}  // namespace

Extract ExtractNodes(const Graph& whole, std::span<const size_t> nodes,
                     std::span<const ValueId> outputs) {
  Extract out;
  out.graph.name = whole.name;
  out.graph.ir_version = whole.ir_version;
  out.graph.opsets = whole.opsets;
  Copier copier(whole, &out.graph);
  Captures captures(whole);
  const auto take = [&](ValueId from) {
    const bool fresh = from != kNoValue && !copier.Has(from);
    const ValueId id = copier.Copy(from);
    if (fresh && whole.value(from).constant == nullptr) {
      out.inputs.push_back(from);
      out.graph.inputs.push_back(id);
    }
    return id;
  };
  for (const size_t index : nodes) {
    Node node = whole.nodes[index];
    for (ValueId& id : node.inputs) id = take(id);
    for (const ValueId id : captures.Of(node)) take(id);
    for (ValueId& id : node.outputs) id = copier.Copy(id);
    out.graph.nodes.push_back(std::move(node));
  }
  for (const ValueId id : outputs) {
    out.outputs.push_back(id);
    out.graph.outputs.push_back(copier.Copy(id));
  }
  return out;
}

std::vector<ValueId> ResultsUsedElsewhere(const Graph& whole,
                                          std::span<const size_t> nodes) {
  std::vector<int32_t> uses = UseCounts(whole);
  for (const size_t n : nodes) {
    for (const ValueId id : whole.nodes[n].inputs) {
      if (id != kNoValue) --uses[static_cast<size_t>(id)];
    }
  }
  std::vector<ValueId> used;
  for (const size_t n : nodes) {
    for (const ValueId id : whole.nodes[n].outputs) {
      if (id != kNoValue && uses[static_cast<size_t>(id)] > 0) {
        used.push_back(id);
      }
    }
  }
  return used;
}

std::vector<ValueId> BindCaptures(const Graph& outer, Graph* body) {
  std::vector<ValueId> captured;
  if (body->captures.empty()) return captured;
  std::unordered_map<std::string_view, ValueId> ids;
  for (size_t v = 0; v < outer.values.size(); ++v) {
    ids.emplace(outer.values[v].name, static_cast<ValueId>(v));
  }
  for (const ValueId id : body->captures) {
    Value& value = body->value(id);
    const auto found = ids.find(value.name);
    if (found == ids.end()) continue;  // the reader lets none through
    value = outer.value(found->second);
    if (value.constant != nullptr) continue;
    captured.push_back(found->second);
    body->inputs.push_back(id);
  }
  return captured;
}

void OpenShape(Value* value) {
  value->has_shape = false;
  value->symbols.assign(value->dims.size(), "");
  value->dims.clear();
}

}  // namespace onnxifi::graph
