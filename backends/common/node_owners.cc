#include "backends/common/node_owners.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>

namespace onnxifi::abi {
namespace {

constexpr size_t kNone = SIZE_MAX;

// The first output that is not omitted; "" when there is none.
std::string_view FirstOutput(const graph::Graph& graph,
                             const graph::Node& node) {
  for (const graph::ValueId id : node.outputs) {
    if (id != graph::kNoValue) return graph.value(id).name;
  }
  return "";
}
std::string_view FirstOutput(std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    if (!name.empty()) return name;
  }
  return "";
}

// Owners of a graph that has all nodes of its model in their order, except
// Constants: most have. False when another order is found; no name is then
// looked up twice.
bool OwnersByOrder(const graph::Graph& graph, const graph::ModelNodes& model,
                   std::vector<size_t>* owners) {
  size_t next = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i, ++next) {
    const std::string_view name = FirstOutput(graph, graph.nodes[i]);
    if (name.empty()) return false;
    while (next < model.size() && FirstOutput(model.outputs(next)) != name) {
      ++next;
    }
    if (next == model.size()) return false;
    (*owners)[i] = next;
  }
  return true;
}

// Owners by the names of outputs; kNone for nodes that have none of the
// model's.
void OwnersByName(const graph::Graph& graph, const graph::ModelNodes& model,
                  std::vector<size_t>* owners) {
  std::unordered_map<std::string_view, size_t> makers;
  makers.reserve(model.size());
  for (size_t i = 0; i < model.size(); ++i) {
    for (const std::string_view name : model.outputs(i)) {
      if (!name.empty()) makers.emplace(name, i);
    }
  }
  for (size_t i = 0; i < owners->size(); ++i) {
    size_t& owner = (*owners)[i];
    owner = kNone;
    for (const graph::ValueId id : graph.nodes[i].outputs) {
      if (id == graph::kNoValue || owner != kNone) continue;
      const auto maker = makers.find(graph.value(id).name);
      if (maker != makers.end()) owner = maker->second;
    }
  }
}

// Nodes are in the order of their inputs, so that a walk backwards sees all
// readers of a result first, and the nearest of them last.
void AddReaders(const graph::Graph& graph, std::vector<size_t>* owners) {
  const auto reads = graph::Reads(graph);
  std::vector<size_t> readers(graph.values.size(), kNone);
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    size_t& owner = (*owners)[i];
    for (const graph::ValueId id : graph.nodes[i].outputs) {
      if (id == graph::kNoValue || owner != kNone) continue;
      owner = readers[static_cast<size_t>(id)];
    }
    if (owner == kNone) continue;
    for (const graph::ValueId id : reads[i]) {
      readers[static_cast<size_t>(id)] = owner;
    }
  }
}

}  // namespace

std::vector<NodeOwner> FindOwners(const graph::Graph& graph,
                                  const graph::ModelNodes& model) {
  std::vector<NodeOwner> found;
  if (model.size() == 0) return found;
  std::vector<size_t> owners(graph.nodes.size(), kNone);
  if (!OwnersByOrder(graph, model, &owners)) {
    OwnersByName(graph, model, &owners);
    AddReaders(graph, &owners);
  }
  // The nearest owner behind each node that still has none.
  std::vector<size_t> after(owners.size(), kNone);
  for (size_t i = owners.size(), next = kNone; i-- > 0;) {
    after[i] = next;
    if (owners[i] != kNone) next = owners[i];
  }
  found.reserve(owners.size());
  size_t before = kNone;
  for (size_t i = 0; i < owners.size(); ++i) {
    if (owners[i] != kNone) {
      found.push_back({i, owners[i]});
      before = owners[i];
      continue;
    }
    if (before != kNone) found.push_back({i, before});
    if (after[i] != kNone && after[i] != before) {
      found.push_back({i, after[i]});
    }
    if (before == kNone && after[i] == kNone) found.push_back({i, 0});
  }
  return found;
}

}  // namespace onnxifi::abi
