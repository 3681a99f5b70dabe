#include "backends/common/fusion/epilogue.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "backends/common/fusion/elementwise.h"
#include "backends/common/fusion/known_values.h"
#include "backends/common/fusion/shape_classes.h"

namespace onnxifi {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Value;
using graph::ValueId;

namespace {

class Attacher {
 public:
  Attacher(GraphEditor& editor, const EpiloguePolicy& policy)
      : editor_(editor),
        policy_(policy),
        shapes_(editor.graph()),
        known_(editor.graph()) {}

  void Run() {
    for (int i = 0; i < editor_.node_count(); ++i) {
      if (!editor_.alive(i)) continue;
      const Node& node = editor_.node(i);
      known_.Add(node);
      const bool group = ElementwiseBodyOf(node) != nullptr;
      if (!group && !IsElement(node)) continue;
      shapes_.AddBroadcast(node);
      const int product = ProductFor(node);
      if (product >= 0) {
        Attach(product, i, group ? node : MakeElementwiseNode(editor_, {i}));
      }
    }
  }

 private:
  bool IsElement(const Node& node) const {
    return node.outputs.size() == 1 && node.outputs[0] != kNoValue &&
           policy_.element(NodeView(editor_.graph(), node));
  }

  bool IsProduct(int i) const {
    const Node& node = editor_.node(i);
    return node.inputs.size() <= kEpilogueInputs && node.outputs.size() == 1 &&
           EpilogueOf(node) == nullptr &&
           policy_.product(NodeView(editor_.graph(), node));
  }

  // All outputs are like the product.
  bool IsAlike(const Node& group, ValueId product) const {
    const Value& made = editor_.value(product);
    return made.type != graph::DataType::kUndefined &&
           std::all_of(group.outputs.begin(), group.outputs.end(),
                       [&](ValueId id) {
                         return editor_.value(id).type == made.type &&
                                shapes_.Of(id) == shapes_.Of(product);
                       });
  }

  // The last product among the inputs that only this node reads; -1: none.
  int ProductFor(const Node& group) const {
    int best = -1;
    for (const ValueId id : group.inputs) {
      const int i = editor_.Producer(id);
      if (i <= best || known_.Has(id) || !IsProduct(i)) continue;
      const std::vector<int>& users = editor_.Users(id);
      const bool alone = std::all_of(users.begin(), users.end(), [&](int user) {
        return user == users.front();
      });
      if (!editor_.IsOutput(id) && alone && IsAlike(group, id)) best = i;
    }
    const auto others =
        std::count_if(group.inputs.begin(), group.inputs.end(),
                      [](ValueId id) { return id != kNoValue; });
    const size_t operands = static_cast<size_t>(others) - 1;
    return best >= 0 && operands <= policy_.most_operands ? best : -1;
  }

  // The product moves to where the group stands: its operands may be made later
  // than those of the product.
  void Attach(int product, int at, const Node& group) {
    Node fused = editor_.node(product);
    const ValueId made = fused.outputs[0];
    const auto position =
        std::find(group.inputs.begin(), group.inputs.end(), made);
    auto body = std::make_shared<Graph>(*ElementwiseBodyOf(group));
    const auto inner = body->inputs.begin() + (position - group.inputs.begin());
    std::rotate(body->inputs.begin(), inner, inner + 1);
    fused.inputs.resize(kEpilogueInputs, kNoValue);
    for (const ValueId id : group.inputs) {
      if (id != made) fused.inputs.push_back(id);
    }
    fused.outputs = group.outputs;
    graph::Attribute attribute;
    attribute.name = kEpilogueBody;
    attribute.kind = graph::Attribute::Kind::kGraph;
    attribute.graph = std::move(body);
    fused.attributes.push_back(std::move(attribute));
    editor_.Remove(product);
    editor_.Replace(at, std::move(fused));
  }

  GraphEditor& editor_;
  const EpiloguePolicy& policy_;
  ShapeClasses shapes_;
  KnownValues known_;
};

}  // namespace

const Graph* EpilogueOf(const Node& node) {
  const graph::Attribute* body = graph::AttrReader(node).Find(kEpilogueBody);
  return body == nullptr ? nullptr : body->graph.get();
}

void FuseEpilogues(GraphEditor& editor, const EpiloguePolicy& policy) {
  // What bodies read is not among the uses.
  for (const Node& node : editor.graph().nodes) {
    if (graph::HasBodies(node) && ElementwiseBodyOf(node) == nullptr) return;
  }
  Attacher(editor, policy).Run();
}

}  // namespace onnxifi
