#include "backends/common/gradient/expand_gradients.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/gradient/gradient_node.h"
#include "base/str_cat.h"
#include "graph/text.h"

namespace onnxifi {

namespace gradient {

using graph::Attribute;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

template <typename Visit>
void ForEachBody(const Node& node, const Visit& visit) {
  for (const Attribute& attribute : node.attributes) {
    if (attribute.graph != nullptr) visit(*attribute.graph);
    for (const auto& body : attribute.graphs) visit(*body);
  }
}

bool HasGradient(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& node) {
                       bool found = IsGradient(node);
                       ForEachBody(node, [&](const Graph& body) {
                         found = found || HasGradient(body);
                       });
                       return found;
                     });
}

int64_t CountNodes(const Graph& graph) {
  auto count = static_cast<int64_t>(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    ForEachBody(node, [&](const Graph& body) { count += CountNodes(body); });
  }
  return count;
}

// What Gradient nodes in a node name, those in its bodies included.
void CollectNames(const Node& node, std::vector<std::string>* names) {
  if (IsGradient(node)) {
    GradientNames own = ReadNames(node);
    names->insert(names->end(), own.xs.begin(), own.xs.end());
    names->insert(names->end(), own.zs.begin(), own.zs.end());
    names->push_back(std::move(own.y));
  }
  ForEachBody(node, [&](const Graph& body) {
    for (const Node& inner : body.nodes) CollectNames(inner, names);
  });
}

// Which nodes each node has to wait for.
std::vector<std::vector<size_t>> FindNeeds(const Graph& graph) {
  const std::vector<int32_t> producers = graph::Producers(graph);
  const std::vector<std::vector<ValueId>> reads = graph::Reads(graph);
  std::unordered_map<std::string_view, ValueId> ids;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    ids.emplace(graph.values[v].name, static_cast<ValueId>(v));
  }
  std::vector<std::vector<size_t>> needs(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto need = [&](ValueId id) {
      const int32_t producer = producers[static_cast<size_t>(id)];
      if (producer >= 0) needs[i].push_back(static_cast<size_t>(producer));
    };
    for (const ValueId id : reads[i]) need(id);
    std::vector<std::string> names;
    CollectNames(graph.nodes[i], &names);
    for (const std::string& name : names) {
      if (const auto found = ids.find(name); found != ids.end()) {
        need(found->second);
      }
    }
  }
  return needs;
}

// A model is in order of its inputs, but what a Gradient names may come later
// in it. Keeps the order where it can.
Status OrderNodes(Graph& graph) {
  const std::vector<std::vector<size_t>> needs = FindNeeds(graph);
  const size_t count = graph.nodes.size();
  bool ordered = true;
  std::vector<size_t> open(count, 0);
  std::vector<std::vector<size_t>> users(count);
  for (size_t i = 0; i < count; ++i) {
    open[i] = needs[i].size();
    for (const size_t need : needs[i]) {
      ordered = ordered && need < i;
      users[need].push_back(i);
    }
  }
  if (ordered) return Status::Ok();
  std::set<size_t> ready;
  for (size_t i = 0; i < count; ++i) {
    if (open[i] == 0) ready.insert(i);
  }
  std::vector<Node> nodes;
  while (!ready.empty()) {
    const size_t next = *ready.begin();
    ready.erase(ready.begin());
    nodes.push_back(std::move(graph.nodes[next]));
    for (const size_t user : users[next]) {
      if (--open[user] == 0) ready.insert(user);
    }
  }
  if (nodes.size() == count) {
    graph.nodes = std::move(nodes);
    return Status::Ok();
  }
  for (size_t i = 0; i < count; ++i) {
    if (open[i] == 0 || !IsGradient(graph.nodes[i])) continue;
    return Status(ONNXIFI_STATUS_INVALID_MODEL,
                  StrCat("node ", graph::Quoted(graph.nodes[i].name),
                         " (Gradient): what it names is computed from its own "
                         "result"));
  }
  return Status(ONNXIFI_STATUS_INVALID_MODEL,
                "what a Gradient in a body names is computed from the body's "
                "own result");
}

// Goes through a graph and its bodies. Used once.
class Expansion {
 public:
  Expansion(const Graph& whole, int64_t max_nodes) {
    names_.Add(whole);
    const int64_t left = max_nodes - CountNodes(whole);
    nodes_left_ = static_cast<size_t>(std::max<int64_t>(left, 0));
  }

  // Everything before a node is done when its turn comes.
  Status Walk(Graph& graph, Scope* outer) {
    ONNXIFI_RETURN_IF_ERROR(OrderNodes(graph));
    Scope scope(graph, outer);
    std::vector<Node> nodes = std::move(graph.nodes);
    graph.nodes.clear();
    for (Node& node : nodes) {
      if (IsGradient(node)) {
        ONNXIFI_RETURN_IF_ERROR(ExpandNode(scope, node));
        continue;
      }
      for (Attribute& attribute : node.attributes) {
        ONNXIFI_RETURN_IF_ERROR(WalkBody(scope, &attribute.graph));
        for (auto& body : attribute.graphs) {
          ONNXIFI_RETURN_IF_ERROR(WalkBody(scope, &body));
        }
      }
      scope.Add(std::move(node));
    }
    return Status::Ok();
  }

 private:
  Status WalkBody(Scope& scope, std::shared_ptr<const Graph>* body) {
    if (*body == nullptr || !HasGradient(**body)) return Status::Ok();
    auto copy = std::make_shared<Graph>(**body);
    ONNXIFI_RETURN_IF_ERROR(Walk(*copy, &scope));
    *body = std::move(copy);
    return Status::Ok();
  }

  Status ExpandNode(Scope& scope, const Node& node) {
    GradientNode gradient(scope, node, names_, nodes_left_);
    if (Status status = gradient.Expand(); !status.ok()) {
      return status.WithContext(
          StrCat("node ", graph::Quoted(node.name), " (Gradient)"));
    }
    nodes_left_ -= gradient.added();
    return Status::Ok();
  }

  Names names_;
  size_t nodes_left_ = 0;
};

}  // namespace

}  // namespace gradient

Status ExpandGradients(graph::Graph& graph, int64_t max_nodes) {
  if (!gradient::HasGradient(graph)) return Status::Ok();
  return gradient::Expansion(graph, max_nodes).Walk(graph, nullptr);
}

}  // namespace onnxifi
