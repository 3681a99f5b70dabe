#include "backends/common/graph_query.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <utility>

#include "backends/common/backend_info.h"
#include "backends/common/graph_io.h"
#include "backends/common/node_owners.h"
#include "base/checked.h"
#include "graph/model_nodes.h"

namespace onnxifi::abi {
namespace {

// Codes 0x02xx: the model may be fine, but not here.
bool SaysNotHere(onnxStatus code) { return (code & ~0xff) == 0x0200; }

// Numbers that a backend knows are not negative; all others count as unknown.
int64_t Add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (a < 0 || b < 0) return -1;
  return CheckedAdd(a, b, &sum) ? sum : std::numeric_limits<int64_t>::max();
}
int64_t Max(int64_t a, int64_t b) {
  return a < 0 || b < 0 ? -1 : std::max(a, b);
}

// Puts together what the backend said of a graph's nodes for the nodes of the
// model. Lives for one query.
class Merger {
 public:
  Merger(const graph::Graph& graph, const graph::ModelNodes& model)
      : graph_(graph),
        model_(model),
        owners_(FindOwners(graph, model)),
        answer_(model.size()) {
    answer_.reasons.resize(model.size());
  }

  void AddNodes(const std::vector<NodeSupport>& support) {
    for (const NodeOwner& part : owners_) AddNode(part, support[part.node]);
  }

  // Refuses what reads an input or makes an output that runs on the backend
  // cannot have.
  void AddEnds(uint64_t capabilities);

  GraphAnswer Take() &&;

 private:
  void AddNode(const NodeOwner& part, const NodeSupport& support);
  void AddGroup(int32_t group, onnxNodeSupport* to);
  int32_t FirstOf(int32_t group);
  void AddHostInputs(const NodeOwner& part, uint64_t host_inputs);
  void Refuse(size_t owner, const Status& why);

  const graph::Graph& graph_;
  const graph::ModelNodes& model_;
  const std::vector<NodeOwner> owners_;
  GraphAnswer answer_;
  // A node of the model in two groups makes them one: each points to the
  // group that it has become a part of.
  std::unordered_map<int32_t, int32_t> joined_;
};

void Merger::Refuse(size_t owner, const Status& why) {
  onnxNodeSupport& to = answer_.nodes[owner];
  if (to.support == ONNXIFI_SUPPORT_NONE) return;  // the first reason counts
  to.support = ONNXIFI_SUPPORT_NONE;
  to.status = why.code();
  answer_.reasons[owner] = why.message();
}

int32_t Merger::FirstOf(int32_t group) {
  for (;;) {
    const auto parent = joined_.find(group);
    if (parent == joined_.end()) return group;
    group = parent->second;
  }
}

void Merger::AddGroup(int32_t group, onnxNodeSupport* to) {
  if (group < 0) return;
  const int32_t added = FirstOf(group);
  if (to->group < 0) {
    to->group = added;
    return;
  }
  const int32_t own = FirstOf(to->group);
  // The smaller number stays: no circles.
  if (own != added) joined_[std::max(own, added)] = std::min(own, added);
}

// Positions differ where a call has become the nodes of its function: what
// counts is which value is read.
void Merger::AddHostInputs(const NodeOwner& part, uint64_t host_inputs) {
  constexpr size_t kLastBit = 63;
  const std::vector<graph::ValueId>& inputs = graph_.nodes[part.node].inputs;
  const auto names = model_.inputs(part.owner);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool on_host = (host_inputs >> std::min(i, kLastBit) & 1) != 0;
    if (!on_host || inputs[i] == graph::kNoValue) continue;
    for (size_t k = 0; k < names.size(); ++k) {
      if (names[k] != graph_.value(inputs[i]).name) continue;
      answer_.nodes[part.owner].hostInputs |= uint64_t{1}
                                              << std::min(k, kLastBit);
    }
  }
}

void Merger::AddNode(const NodeOwner& part, const NodeSupport& support) {
  onnxNodeSupport& to = answer_.nodes[part.owner];
  if (!support.reject.supported()) {
    Refuse(part.owner, RefusalOf(graph_.nodes[part.node], support.reject));
  } else if (support.emulated && to.support == ONNXIFI_SUPPORT_NATIVE) {
    to.support = ONNXIFI_SUPPORT_EMULATED;
  }
  to.costNs = Add(to.costNs, support.cost_ns);
  to.workspaceBytes = Max(to.workspaceBytes, support.workspace_bytes);
  AddGroup(support.group, &to);
  if (support.host_inputs != 0) AddHostInputs(part, support.host_inputs);
}

void Merger::AddEnds(uint64_t capabilities) {
  std::unordered_map<graph::ValueId, Status> bad;
  for (const graph::ValueId id : graph_.inputs) {
    Status status =
        GraphIo::CheckInput(graph_.value(id), capabilities, Carrier::kValues);
    if (!status.ok()) bad.emplace(id, std::move(status));
  }
  for (const graph::ValueId id : graph_.outputs) {
    Status status = GraphIo::CheckOutput(graph_.value(id), Carrier::kValues);
    if (!status.ok()) bad.emplace(id, std::move(status));
  }
  if (bad.empty()) return;
  const std::vector<int32_t> producers = graph::Producers(graph_);
  const auto reads = graph::Reads(graph_);
  const auto refuse = [&](const NodeOwner& part, graph::ValueId id) {
    const auto why = bad.find(id);
    if (why != bad.end()) Refuse(part.owner, why->second);
  };
  for (const NodeOwner& part : owners_) {
    for (const graph::ValueId id : reads[part.node]) {
      // An output may be read by others, too: they are not to blame.
      if (producers[static_cast<size_t>(id)] < 0) refuse(part, id);
    }
    for (const graph::ValueId id : graph_.nodes[part.node].outputs) {
      refuse(part, id);
    }
  }
}

GraphAnswer Merger::Take() && {
  for (onnxNodeSupport& node : answer_.nodes) {
    if (node.group >= 0) node.group = FirstOf(node.group);
    if (node.support != ONNXIFI_SUPPORT_NONE) continue;
    node.hostInputs = 0;
    node.costNs = node.workspaceBytes = -1;
  }
  for (size_t i = 0; i < answer_.nodes.size(); ++i) {
    if (answer_.reasons[i].empty()) continue;
    answer_.nodes[i].reason = answer_.reasons[i].c_str();
  }
  return std::move(answer_);
}

// For models that the backend does not get to see.
GraphAnswer RefuseAll(size_t count, const Status& why) {
  GraphAnswer answer(count);
  answer.reasons = {why.message()};
  for (onnxNodeSupport& node : answer.nodes) {
    node.support = ONNXIFI_SUPPORT_NONE;
    node.status = why.code();
    node.costNs = node.workspaceBytes = -1;
    node.reason = answer.reasons[0].c_str();
  }
  return answer;
}

}  // namespace

// A node of which nothing is left costs nothing.
GraphAnswer::GraphAnswer(size_t count) {
  onnxNodeSupport node = {};
  node.structSize = sizeof(node);
  node.support = ONNXIFI_SUPPORT_NATIVE;
  node.status = ONNXIFI_STATUS_SUCCESS;
  node.group = -1;
  nodes.assign(count, node);
}

Result<GraphAnswer> QueryModel(const Backend& backend, ModelBytes model,
                               Descriptors weights) {
  ONNXIFI_ASSIGN_OR_RETURN(const graph::ReadOptions options,
                           OptionsFor(model, weights, /*tolerant=*/false,
                                      /*external_too=*/true));
  const Result<graph::Graph> graph = ReadGraph(model, options);
  if (!graph.ok() && !SaysNotHere(graph.status().code())) {
    return graph.status();
  }
  ONNXIFI_ASSIGN_OR_RETURN(const graph::ModelNodes nodes,
                           graph::ModelNodes::Read(model));
  if (!graph.ok()) return RefuseAll(nodes.size(), graph.status());
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<NodeSupport> support,
                           QueryNodes(backend, *graph));
  Merger merger(*graph, nodes);
  merger.AddNodes(support);
  merger.AddEnds(OfferedCapabilities(backend.info()));
  return std::move(merger).Take();
}

}  // namespace onnxifi::abi
