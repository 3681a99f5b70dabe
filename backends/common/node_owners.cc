#include "backends/common/node_owners.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace onnxifi::abi {
namespace {

constexpr size_t kNone = SIZE_MAX;

// Owners by the names of outputs; kNone for nodes that have none of the
// model's.
std::vector<size_t> OwnersByName(const graph::Graph& graph,
                                 const std::vector<graph::ModelNode>& model) {
  std::unordered_map<std::string_view, size_t> makers;
  makers.reserve(model.size());
  for (size_t i = 0; i < model.size(); ++i) {
    for (const std::string_view name : model[i].outputs) {
      if (!name.empty()) makers.emplace(name, i);
    }
  }
  std::vector<size_t> owners(graph.nodes.size(), kNone);
  for (size_t i = 0; i < owners.size(); ++i) {
    for (const graph::ValueId id : graph.nodes[i].outputs) {
      if (id == graph::kNoValue || owners[i] != kNone) continue;
      const auto maker = makers.find(graph.value(id).name);
      if (maker != makers.end()) owners[i] = maker->second;
    }
  }
  return owners;
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
                                  const std::vector<graph::ModelNode>& model) {
  std::vector<NodeOwner> found;
  if (model.empty()) return found;
  std::vector<size_t> owners = OwnersByName(graph, model);
  if (std::find(owners.begin(), owners.end(), kNone) != owners.end()) {
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
