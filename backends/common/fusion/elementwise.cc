#include "backends/common/fusion/elementwise.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backends/common/fusion/known_values.h"
#include "backends/common/fusion/passes.h"
#include "backends/common/fusion/shape_classes.h"

namespace onnxifi {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Value;
using graph::ValueId;

namespace {

// Operators that cost less than reading their result.
constexpr std::array<std::string_view, 24> kCheap = {"Abs",
                                                     "Add",
                                                     "And",
                                                     "BitwiseAnd",
                                                     "BitwiseNot",
                                                     "BitwiseOr",
                                                     "Cast",
                                                     "Clip",
                                                     "Equal",
                                                     "Greater",
                                                     "GreaterOrEqual",
                                                     "IsNaN",
                                                     "Less",
                                                     "LessOrEqual",
                                                     "LeakyRelu",
                                                     "Max",
                                                     "Min",
                                                     "Mul",
                                                     "Neg",
                                                     "Not",
                                                     "Or",
                                                     "Relu",
                                                     "Sub",
                                                     "Where"};

// How many nodes of smaller shapes join a group at a time.
constexpr size_t kMostSmall = 4;

// Nodes that become one, by rising index. The last one is where it will stand.
struct Group {
  std::vector<int> nodes;
  int shape = -1;  // class of the outputs
};

// What a group reads and what others read of it.
struct Borders {
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
};

bool Contains(const std::vector<int>& sorted, int i) {
  return std::binary_search(sorted.begin(), sorted.end(), i);
}

template <typename T>
void AddOnce(std::vector<T>* list, T item) {
  if (std::find(list->begin(), list->end(), item) == list->end()) {
    list->push_back(item);
  }
}

Borders BordersOf(const GraphEditor& editor, const std::vector<int>& nodes) {
  Borders borders;
  for (const int i : nodes) {
    for (const ValueId id : editor.node(i).inputs) {
      if (id == kNoValue || Contains(nodes, editor.Producer(id))) continue;
      AddOnce(&borders.inputs, id);
    }
    const ValueId out = editor.node(i).outputs[0];
    const std::vector<int>& users = editor.Users(out);
    const bool leaves = editor.IsOutput(out) ||
                        std::any_of(users.begin(), users.end(), [&](int user) {
                          return !Contains(nodes, user);
                        });
    if (leaves) borders.outputs.push_back(out);
  }
  return borders;
}

// Finds the groups of a graph.
class Grouper {
 public:
  Grouper(const GraphEditor& editor, const ElementwisePolicy& policy)
      : editor_(editor),
        policy_(policy),
        shapes_(editor.graph()),
        known_(editor.graph()),
        group_of_(static_cast<size_t>(editor.node_count()), -1) {}

  std::vector<Group> Find() {
    for (int i = 0; i < editor_.node_count(); ++i) {
      if (!editor_.alive(i)) continue;
      known_.Add(editor_.node(i));
      if (Takes(editor_.node(i))) Add(i);
    }
    return std::move(groups_);
  }

 private:
  bool Takes(const Node& node) const {
    return node.outputs.size() == 1 && node.outputs[0] != kNoValue &&
           !known_.Has(node.outputs[0]) &&
           policy_.takes(NodeView(editor_.graph(), node));
  }

  // A group of its own, which then takes in those in front of it.
  void Add(int i) {
    const Node& node = editor_.node(i);
    shapes_.AddBroadcast(node);
    const int own = static_cast<int>(groups_.size());
    groups_.push_back({{i}, shapes_.Of(node.outputs[0])});
    group_of_[static_cast<size_t>(i)] = own;
    for (const ValueId id : node.inputs) {
      const int producer = editor_.Producer(id);
      if (producer < 0) continue;
      const int other = group_of_[static_cast<size_t>(producer)];
      if (other >= 0 && other != own) TryJoin(other, own);
    }
  }

  bool IsCheap(const Group& group) const {
    return group.nodes.size() <= kMostSmall &&
           std::all_of(group.nodes.begin(), group.nodes.end(), [&](int i) {
             return std::find(kCheap.begin(), kCheap.end(),
                              editor_.node(i).op_type) != kCheap.end();
           });
  }

  // No path may leave the group and come back: whoever reads its outputs stands
  // behind all of its nodes.
  bool Fits(const std::vector<int>& nodes, int shape) const {
    if (nodes.size() > policy_.most_nodes) return false;
    const Borders borders = BordersOf(editor_, nodes);
    if (borders.inputs.size() > policy_.most_inputs ||
        borders.outputs.size() > policy_.most_outputs) {
      return false;
    }
    for (const ValueId out : borders.outputs) {
      if (shapes_.Of(out) != shape) return false;
      for (const int user : editor_.Users(out)) {
        if (!Contains(nodes, user) && user < nodes.back()) return false;
      }
    }
    return true;
  }

  void TryJoin(int from, int to) {
    Group& front = groups_[static_cast<size_t>(from)];
    Group& back = groups_[static_cast<size_t>(to)];
    if (front.shape != back.shape && !IsCheap(front)) return;
    std::vector<int> nodes;
    std::merge(front.nodes.begin(), front.nodes.end(), back.nodes.begin(),
               back.nodes.end(), std::back_inserter(nodes));
    if (!Fits(nodes, back.shape)) return;
    for (const int i : front.nodes) group_of_[static_cast<size_t>(i)] = to;
    front.nodes.clear();
    back.nodes = std::move(nodes);
  }

  const GraphEditor& editor_;
  const ElementwisePolicy& policy_;
  ShapeClasses shapes_;
  KnownValues known_;
  std::vector<Group> groups_;
  std::vector<int> group_of_;  // per node
};

// Copies of a group's nodes as a graph of their own.
std::shared_ptr<const Graph> MakeBody(const GraphEditor& editor,
                                      const std::vector<int>& nodes,
                                      const Borders& borders) {
  auto body = std::make_shared<Graph>();
  body->ir_version = editor.graph().ir_version;
  body->opsets = editor.graph().opsets;
  std::unordered_map<ValueId, ValueId> ids;
  const auto id_of = [&](ValueId id) {
    if (id == kNoValue) return kNoValue;
    const auto next = static_cast<ValueId>(body->values.size());
    const auto [found, added] = ids.try_emplace(id, next);
    if (added) {
      body->values.push_back(editor.value(id));
      body->values.back().constant = nullptr;
    }
    return found->second;
  };
  for (const ValueId id : borders.inputs) body->inputs.push_back(id_of(id));
  for (const int i : nodes) {
    Node node = editor.node(i);
    for (ValueId& id : node.inputs) id = id_of(id);
    for (ValueId& id : node.outputs) id = id_of(id);
    body->nodes.push_back(std::move(node));
  }
  for (const ValueId id : borders.outputs) body->outputs.push_back(id_of(id));
  return body;
}

}  // namespace

const Graph* ElementwiseBodyOf(const Node& node) {
  if (node.domain != kFusedDomain) return nullptr;
  const graph::Attribute* body = graph::AttrReader(node).Find(kElementwiseBody);
  return body == nullptr ? nullptr : body->graph.get();
}

Node MakeElementwiseNode(const GraphEditor& editor,
                         const std::vector<int>& nodes) {
  const Borders borders = BordersOf(editor, nodes);
  Node fused;
  fused.name = editor.node(nodes.back()).name;
  fused.domain = kFusedDomain;
  fused.op_type = kFusedElementwise;
  fused.opset = 1;
  fused.inputs = borders.inputs;
  fused.outputs = borders.outputs;
  graph::Attribute body;
  body.name = kElementwiseBody;
  body.kind = graph::Attribute::Kind::kGraph;
  body.graph = MakeBody(editor, nodes, borders);
  fused.attributes.push_back(std::move(body));
  return fused;
}

void FuseElementwise(GraphEditor& editor, const ElementwisePolicy& policy) {
  // What bodies read is not among the uses.
  for (const Node& node : editor.graph().nodes) {
    if (graph::HasBodies(node)) return;
  }
  for (const Group& group : Grouper(editor, policy).Find()) {
    if (group.nodes.size() < 2) continue;
    Node fused = MakeElementwiseNode(editor, group.nodes);
    const int last = group.nodes.back();
    for (const int i : group.nodes) {
      if (i != last) editor.Remove(i);
    }
    editor.Replace(last, std::move(fused));
  }
}

}  // namespace onnxifi
