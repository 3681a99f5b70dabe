#include "backends/common/inline_branches.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/str_cat.h"

namespace onnxifi {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

// The branch that an If takes in every run; null when that is open.
const Graph* KnownBranch(const Graph& graph, const Node& node) {
  if (node.op_type != "If" || !node.domain.empty() || node.inputs.size() != 1 ||
      node.inputs[0] == kNoValue) {
    return nullptr;
  }
  const graph::TensorPtr& condition = graph.value(node.inputs[0]).constant;
  if (condition == nullptr || condition->type != graph::DataType::kBool ||
      condition->bytes != 1 || condition->data == nullptr) {
    return nullptr;
  }
  const bool taken = *static_cast<const uint8_t*>(condition->data) != 0;
  const graph::Attribute* attribute =
      graph::AttrReader(node).Find(taken ? "then_branch" : "else_branch");
  if (attribute == nullptr || attribute->graph == nullptr ||
      !attribute->graph->inputs.empty() ||
      attribute->graph->outputs.size() != node.outputs.size()) {
    return nullptr;
  }
  return attribute->graph.get();
}

class Inliner {
 public:
  explicit Inliner(Graph& graph) : graph_(graph) {
    for (size_t v = 0; v < graph.values.size(); ++v) {
      ids_.emplace(graph.values[v].name, static_cast<ValueId>(v));
    }
  }

  // False when the branch cannot be joined; nothing has changed then.
  bool Inline(const Node& node, const Graph& branch, std::vector<Node>* to) {
    std::vector<ValueId> ids(branch.values.size(), kNoValue);
    for (const ValueId id : branch.captures) {
      const auto outer = ids_.find(branch.value(id).name);
      if (outer == ids_.end()) return false;
      ids[static_cast<size_t>(id)] = outer->second;
    }
    if (HasClash(branch, ids)) return false;
    ClaimOutputs(node, branch, &ids);
    for (size_t v = 0; v < ids.size(); ++v) {
      if (ids[v] == kNoValue) ids[v] = Add(branch.values[v]);
    }
    const auto map = [&](std::vector<ValueId>& list) {
      for (ValueId& id : list) {
        if (id != kNoValue) id = ids[static_cast<size_t>(id)];
      }
    };
    for (Node copy : branch.nodes) {
      map(copy.inputs);
      map(copy.outputs);
      to->push_back(std::move(copy));
    }
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      const ValueId from = ids[static_cast<size_t>(branch.outputs[o])];
      if (node.outputs[o] == kNoValue || from == node.outputs[o]) continue;
      Node pass;
      pass.name = StrCat(node.name, "_", o);
      pass.op_type = "Identity";
      pass.opset = node.opset;
      pass.inputs = {from};
      pass.outputs = {node.outputs[o]};
      to->push_back(std::move(pass));
    }
    return true;
  }

 private:
  // Bodies inside capture by name: then the names have to stay.
  bool HasClash(const Graph& branch, const std::vector<ValueId>& ids) const {
    const bool names_count =
        std::any_of(branch.nodes.begin(), branch.nodes.end(), graph::HasBodies);
    if (!names_count) return false;
    for (size_t v = 0; v < ids.size(); ++v) {
      if (ids[v] == kNoValue && ids_.count(branch.values[v].name) != 0) {
        return true;
      }
    }
    return false;
  }

  // What a node of the branch makes for an output takes over that output's
  // value, which others know by its name.
  void ClaimOutputs(const Node& node, const Graph& branch,
                    std::vector<ValueId>* ids) {
    std::vector<bool> made(branch.values.size(), false);
    bool bodies = false;
    for (const Node& n : branch.nodes) {
      bodies = bodies || graph::HasBodies(n);
      for (const ValueId id : n.outputs) {
        if (id != kNoValue) made[static_cast<size_t>(id)] = true;
      }
    }
    if (bodies) return;  // under its own name it may be captured there
    for (size_t o = 0; o < node.outputs.size(); ++o) {
      const auto from = static_cast<size_t>(branch.outputs[o]);
      if (node.outputs[o] == kNoValue || !made[from] ||
          (*ids)[from] != kNoValue) {
        continue;
      }
      (*ids)[from] = node.outputs[o];
      graph::Value& value = graph_.value(node.outputs[o]);
      std::string name = std::move(value.name);
      value = branch.values[from];
      value.name = std::move(name);
    }
  }

  ValueId Add(const graph::Value& value) {
    const auto id = static_cast<ValueId>(graph_.values.size());
    graph_.values.push_back(value);
    std::string& name = graph_.values.back().name;
    while (!ids_.emplace(name, id).second) name += "'";
    return id;
  }

  Graph& graph_;
  std::unordered_map<std::string, ValueId> ids_;
};

}  // namespace

bool InlineBranches(Graph& graph) {
  bool any = false;
  for (bool again = true; again;) {
    again = false;
    if (std::none_of(graph.nodes.begin(), graph.nodes.end(),
                     [&](const Node& node) {
                       return KnownBranch(graph, node) != nullptr;
                     })) {
      break;
    }
    Inliner inliner(graph);
    std::vector<Node> nodes = std::move(graph.nodes);
    graph.nodes.clear();
    for (Node& node : nodes) {
      const Graph* branch = KnownBranch(graph, node);
      if (branch != nullptr && inliner.Inline(node, *branch, &graph.nodes)) {
        again = any = true;
      } else {
        graph.nodes.push_back(std::move(node));
      }
    }
  }
  return any;
}

}  // namespace onnxifi
