#include "backends/common/gradient/reverse_pass.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "base/str_cat.h"
#include "graph/text.h"

namespace onnxifi::gradient {

using graph::Attribute;
using graph::DataType;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::Value;
using graph::ValueId;

namespace {

// A value that may have a gradient. Of other types nothing is known, so that
// what makes or reads them is refused by name, not passed by.
bool MayCarry(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kTensor:
    case Value::Kind::kSparse:
      return value.type == DataType::kFloat ||
             value.type == DataType::kDouble ||
             value.type == DataType::kFloat16 ||
             value.type == DataType::kBfloat16 ||
             value.type == DataType::kUndefined;
    case Value::Kind::kMap:
      return false;
    default:
      return true;
  }
}

std::string NoRuleText(const Node& node) {
  return StrCat("no gradient goes through node ", graph::Quoted(node.name),
                " (", node.op_type,
                "): the operator has no derivative here; compute 'y' without "
                "it, or name its result in 'xs'");
}

}  // namespace

void ReversePass::AddVariable(ValueId value, bool wanted) {
  variables_.insert(value);
  if (wanted) active_.insert(value);
}

void ReversePass::AddNode(Node& node) {
  const std::vector<ValueId> reads = scope_.Reads(node);
  if (std::none_of(reads.begin(), reads.end(),
                   [this](ValueId id) { return Wanted(id); })) {
    return;
  }
  path_.push_back(&node);
  for (const ValueId id : node.outputs) {
    if (id != kNoValue && variables_.count(id) == 0 &&
        MayCarry(emitter_.value(id))) {
      active_.insert(id);
    }
  }
}

void ReversePass::Contribute(ValueId value, Var gradient) {
  if (!Wanted(value) || !gradient.valid()) return;
  const auto [entry, first] = gradients_.emplace(value, gradient.id);
  if (!first) entry->second = (emitter_.Wrap(entry->second) + gradient).id;
}

ValueId ReversePass::VariableGradient(ValueId variable) const {
  const auto found = gradients_.find(variable);
  return found == gradients_.end() ? kNoValue : found->second;
}

// A variable's gradient does not go on to the node that makes it.
ValueId ReversePass::GradientOf(ValueId value) const {
  return variables_.count(value) != 0 ? kNoValue : VariableGradient(value);
}

bool ReversePass::Wanted(ValueId value) const {
  return active_.count(value) != 0;
}

Status ReversePass::GoBack() {
  for (size_t i = path_.size(); i-- > 0;) {
    ONNXIFI_RETURN_IF_ERROR(GoThrough(*path_[i]));
  }
  return emitter_.status();
}

Status ReversePass::GoThrough(Node& node) {
  if (std::none_of(node.outputs.begin(), node.outputs.end(),
                   [this](ValueId id) {
                     return id != kNoValue && GradientOf(id) != kNoValue;
                   })) {
    return Status::Ok();
  }
  if (node.op_type == "If" && node.domain.empty()) return GoThroughIf(node);
  const Rule* rule = FindRule(node);
  if (rule == nullptr) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_OPERATOR, NoRuleText(node));
  }
  RuleContext context(emitter_, node, *this);
  ONNXIFI_RETURN_IF_ERROR(ApplyRule(*rule, context));
  return emitter_.status();
}

// The gradient of an If is an If, on the same condition, of the gradients of
// its branches. They compute again what the branches do.
Status ReversePass::GoThroughIf(const Node& node) {
  std::set<ValueId> read;
  for (const ValueId id : scope_.Reads(node)) {
    if (Wanted(id)) read.insert(id);
  }
  const std::vector<ValueId> variables(read.begin(), read.end());
  Node made;
  made.op_type = node.op_type;
  made.opset = node.opset;
  made.inputs = node.inputs;
  for (const Attribute& attribute : node.attributes) {
    if (attribute.graph == nullptr) continue;
    ONNXIFI_ASSIGN_OR_RETURN(Graph branch,
                             BranchGradient(*attribute.graph, node, variables));
    Attribute copy = attribute;
    copy.graph = std::make_shared<const Graph>(std::move(branch));
    made.attributes.push_back(std::move(copy));
  }
  for (const ValueId id : variables) {
    made.outputs.push_back(
        emitter_.NewValue(emitter_.Wrap(id).info(), "If_gradient"));
  }
  const std::vector<ValueId> gradients = made.outputs;
  emitter_.Add(std::move(made));
  for (size_t i = 0; i < variables.size(); ++i) {
    Contribute(variables[i], emitter_.Wrap(gradients[i]));
  }
  return emitter_.status();
}

// A copy of the branch that gives the gradients of outer values instead of its
// results.
Result<Graph> ReversePass::BranchGradient(const Graph& branch, const Node& node,
                                          std::span<const ValueId> variables) {
  Graph made = branch;
  Scope scope(made, &scope_);
  std::vector<Node> nodes = std::move(made.nodes);
  made.nodes.clear();
  for (Node& copy : nodes) scope.Add(std::move(copy));
  const size_t count = made.nodes.size();
  Emitter emitter(made, emitter_.names(), emitter_.prefix(),
                  emitter_.nodes_left());
  emitter.DistrustShapes();
  ReversePass pass(scope, emitter);
  std::vector<ValueId> inner;
  for (const ValueId id : variables) {
    inner.push_back(scope.FindOrCapture(emitter_.value(id).name));
    pass.AddVariable(inner.back(), true);
  }
  for (size_t i = 0; i < count; ++i) pass.AddNode(made.nodes[i]);
  for (size_t o = 0; o < node.outputs.size() && o < made.outputs.size(); ++o) {
    if (node.outputs[o] == kNoValue) continue;
    const ValueId gradient = GradientOf(node.outputs[o]);
    if (gradient == kNoValue) continue;
    scope_.Publish(gradient);
    const ValueId seed = scope.FindOrCapture(emitter_.value(gradient).name);
    pass.Contribute(made.outputs[o], emitter.Wrap(seed));
  }
  ONNXIFI_RETURN_IF_ERROR(pass.GoBack());
  made.outputs.clear();
  for (const ValueId id : inner) {
    ValueId gradient = pass.VariableGradient(id);
    if (gradient == kNoValue) gradient = ZerosLike(emitter.Wrap(id)).id;
    // A body gives each of its own values once.
    const Var variable = emitter.Wrap(id);
    made.outputs.push_back(
        emitter.Emit("Identity", {emitter.Wrap(gradient)}, variable.info()).id);
  }
  ONNXIFI_RETURN_IF_ERROR(emitter.status());
  emitter_.Book(emitter.added() + count);
  for (Node& added : emitter.nodes()) scope.Add(std::move(added));
  return made;
}

}  // namespace onnxifi::gradient
