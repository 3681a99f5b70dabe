#include "backends/common/gradient/gradient_node.h"

#include <algorithm>
#include <utility>

#include "backends/common/gradient/outer_nodes.h"
#include "base/str_cat.h"
#include "graph/text.h"

namespace onnxifi::gradient {

using graph::DataType;
using graph::kNoValue;
using graph::Node;
using graph::Quoted;
using graph::Value;
using graph::ValueId;

namespace {

bool IsFloat(DataType type) {
  return type == DataType::kFloat || type == DataType::kDouble ||
         type == DataType::kFloat16 || type == DataType::kBfloat16;
}

// A value that may have a gradient. Of other types nothing is known, so that
// what makes or reads them is refused by name, not passed by.
bool MayCarry(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kTensor:
    case Value::Kind::kSparse:
      return IsFloat(value.type) || value.type == DataType::kUndefined;
    case Value::Kind::kMap:
      return false;
    default:
      return true;
  }
}

bool SameKnownShape(const Value& a, const Value& b) {
  return a.has_shape == b.has_shape && a.dims == b.dims &&
         a.symbols == b.symbols;
}

// What an operator without a rule tells.
std::string NoRuleText(const Node& node) {
  return StrCat("no gradient goes through node ", Quoted(node.name), " (",
                node.op_type,
                "): the operator has no derivative here; compute 'y' without "
                "it, or name its result in 'xs'");
}

}  // namespace

GradientNode::GradientNode(Scope& scope, const Node& node, Names& names,
                           size_t node_limit)
    : scope_(scope),
      node_(node),
      emitter_(scope.graph(), names, node.name, node_limit),
      names_(ReadNames(node)) {}

Status GradientNode::Invalid(std::string what) const {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, std::move(what));
}

ValueId GradientNode::Substitute(ValueId id) const {
  for (auto found = instead_.find(id); found != instead_.end();
       found = instead_.find(id)) {
    id = found->second;
  }
  return id;
}

Status GradientNode::AddVariable(const std::string& name, size_t input,
                                 const char* list) {
  const ValueId named = scope_.FindOrCapture(name);
  if (named == kNoValue) {
    return Invalid(StrCat("'", list, "' names ", Quoted(name),
                          ", which is no tensor of the graph"));
  }
  if (std::find(named_.begin(), named_.end(), named) != named_.end()) {
    return Invalid(StrCat("tensor ", Quoted(name), " is named twice"));
  }
  if (input >= node_.inputs.size() || node_.inputs[input] == kNoValue) {
    return Invalid(StrCat("there is no input for ", Quoted(name), ", entry ",
                          input, " of 'xs' and 'zs'"));
  }
  named_.push_back(named);
  return Status::Ok();
}

Status GradientNode::ReadVariables() {
  if (names_.xs.empty()) return Invalid("'xs' names no tensor");
  for (const std::string& name : names_.xs) {
    ONNXIFI_RETURN_IF_ERROR(AddVariable(name, named_.size(), "xs"));
  }
  for (const std::string& name : names_.zs) {
    ONNXIFI_RETURN_IF_ERROR(AddVariable(name, named_.size(), "zs"));
  }
  if (node_.inputs.size() > named_.size()) {
    return Invalid(StrCat("it has ", node_.inputs.size(), " inputs for ",
                          named_.size(), " names in 'xs' and 'zs'"));
  }
  if (node_.outputs.size() > names_.xs.size()) {
    return Invalid(StrCat("it has ", node_.outputs.size(), " outputs for ",
                          names_.xs.size(), " names in 'xs'"));
  }
  y_ = scope_.FindOrCapture(names_.y);
  if (y_ == kNoValue) {
    return Invalid(StrCat("'y' names ", Quoted(names_.y),
                          ", which is no tensor of the graph"));
  }
  cut_.insert(named_.begin(), named_.end());
  return CheckTypes();
}

Status GradientNode::CheckTypes() {
  const auto refuse = [](const std::string& name, const Value& value) {
    return Status(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                  StrCat("tensor ", Quoted(name), " is ",
                         value.kind == Value::Kind::kTensor
                             ? graph::DataTypeName(value.type)
                             : "not known to be a tensor",
                         "; a gradient needs float16, bfloat16, float32 or "
                         "float64"));
  };
  const Value& y = scope_.graph().value(y_);
  if (!IsFloat(y.type)) return refuse(names_.y, y);
  for (size_t i = 0; i < named_.size(); ++i) {
    const Value& named = scope_.graph().value(named_[i]);
    const Value& given = scope_.graph().value(node_.inputs[i]);
    if (i < names_.xs.size() && !IsFloat(named.type)) {
      return refuse(names_.xs[i], named);
    }
    if (named.type != given.type || named.kind != given.kind) {
      return Status(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                    StrCat("input ", i, ", ", Quoted(given.name), ", is ",
                           graph::DataTypeName(given.type), ", but stands for ",
                           Quoted(named.name), ", which is ",
                           graph::DataTypeName(named.type)));
    }
  }
  return Status::Ok();
}

// The nodes that y is computed by, from the named tensors on. What is made
// before them counts as given.
void GradientNode::FindSlice() {
  std::unordered_set<size_t> seen;
  std::vector<ValueId> pending = {Substitute(y_)};
  while (!pending.empty()) {
    const ValueId id = pending.back();
    pending.pop_back();
    const int32_t producer = scope_.Producer(id);
    if (cut_.count(id) != 0 || producer < 0) continue;
    const auto index = static_cast<size_t>(producer);
    if (!seen.insert(index).second) continue;
    slice_.push_back(index);
    for (const ValueId read : scope_.Reads(scope_.graph().nodes[index])) {
      pending.push_back(Substitute(read));
    }
  }
  // Imported nodes stand behind those that read their results.
  std::sort(slice_.begin(), slice_.end(), [this](size_t a, size_t b) {
    const bool a_first = a >= first_imported_;
    const bool b_first = b >= first_imported_;
    return a_first != b_first ? a_first : a < b;
  });
}

// A tensor given for another one gets a value of its own, as the nodes between
// may read it under its own name, too.
void GradientNode::Repeat() {
  for (size_t i = 0; i < named_.size(); ++i) {
    ValueId variable = named_[i];
    if (node_.inputs[i] != named_[i]) {
      const Var given = emitter_.Wrap(node_.inputs[i]);
      same_shapes_ = same_shapes_ &&
                     SameKnownShape(given.value(), emitter_.value(named_[i]));
      variable = emitter_.Emit("Identity", {given}, given.info()).id;
      instead_[named_[i]] = variable;
    }
    variables_.push_back(variable);
  }
  for (const size_t index : slice_) {
    const Node& node = scope_.graph().nodes[index];
    const std::vector<ValueId> reads = scope_.Reads(node);
    if (std::any_of(reads.begin(), reads.end(),
                    [this](ValueId id) { return instead_.count(id) != 0; })) {
      RepeatNode(node);
    }
  }
  repeated_ = std::move(emitter_.nodes());
  emitter_.nodes().clear();
  cut_.insert(variables_.begin(), variables_.end());
}

void GradientNode::RepeatNode(const Node& node) {
  Node copy = node;
  for (ValueId& input : copy.inputs) {
    if (input != kNoValue) input = Substitute(input);
  }
  Renames renames;
  for (const ValueId id : scope_.Reads(node)) {
    const ValueId other = Substitute(id);
    if (other == id) continue;
    renames.emplace(emitter_.value(id).name, emitter_.value(other).name);
    scope_.Publish(other);
  }
  RenameCaptures(renames, &copy);
  for (ValueId& output : copy.outputs) {
    if (output == kNoValue) continue;
    const Value model = emitter_.value(output);
    const ValueId made = emitter_.Copy(model);
    if (!same_shapes_) {
      Value& value = scope_.graph().value(made);
      std::fill(value.dims.begin(), value.dims.end(), -1);
      std::fill(value.symbols.begin(), value.symbols.end(), "");
    }
    if (cut_.count(output) == 0) instead_[output] = made;
    output = made;
  }
  emitter_.Add(std::move(copy));
}

// The nodes that depend on one of xs, in order.
void GradientNode::FindActive() {
  for (size_t i = 0; i < names_.xs.size(); ++i) active_.insert(variables_[i]);
  std::vector<Node*> nodes;
  // A node that was repeated is not on the path itself.
  for (const size_t index : slice_) {
    Node& node = scope_.graph().nodes[index];
    const std::vector<ValueId> reads = scope_.Reads(node);
    if (std::none_of(reads.begin(), reads.end(),
                     [this](ValueId id) { return instead_.count(id) != 0; })) {
      nodes.push_back(&node);
    }
  }
  // Repeated ones read what the others make, never the other way round.
  for (Node& node : repeated_) nodes.push_back(&node);
  for (Node* node : nodes) {
    const std::vector<ValueId> reads = scope_.Reads(*node);
    if (std::none_of(reads.begin(), reads.end(),
                     [this](ValueId id) { return active_.count(id) != 0; })) {
      continue;
    }
    path_.push_back(node);
    for (const ValueId id : node->outputs) {
      if (id != kNoValue && cut_.count(id) == 0 &&
          MayCarry(emitter_.value(id))) {
        active_.insert(id);
      }
    }
  }
}

ValueId GradientNode::GradientOf(ValueId value) const {
  // A named tensor is a variable, whatever makes it.
  if (cut_.count(value) != 0) return kNoValue;
  const auto found = gradients_.find(value);
  return found == gradients_.end() ? kNoValue : found->second;
}

bool GradientNode::Wanted(ValueId value) const {
  return active_.count(value) != 0;
}

void GradientNode::Contribute(ValueId value, Var gradient) {
  if (!Wanted(value) || !gradient.valid()) return;
  const auto [entry, first] = gradients_.emplace(value, gradient.id);
  if (!first) entry->second = (emitter_.Wrap(entry->second) + gradient).id;
}

Status GradientNode::GoThrough(Node& node) {
  if (std::none_of(node.outputs.begin(), node.outputs.end(),
                   [this](ValueId id) {
                     return id != kNoValue && GradientOf(id) != kNoValue;
                   })) {
    return Status::Ok();
  }
  const Rule* rule = FindRule(node);
  if (rule == nullptr) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_OPERATOR, NoRuleText(node));
  }
  RuleContext context(emitter_, node, *this);
  ONNXIFI_RETURN_IF_ERROR(ApplyRule(*rule, context));
  return emitter_.status();
}

// y may have any shape: what is differentiated is the sum of its elements, so
// it starts with ones. ONNX's own cases have a y of one element; other sizes
// are taken as frameworks take them, e.g. a vector-Jacobian product with ones.
Status GradientNode::GoBack() {
  const Var y = emitter_.Wrap(Substitute(y_));
  Contribute(y.id, ExpandTo(Number(y, 1), y));
  for (size_t i = path_.size(); i-- > 0;) {
    ONNXIFI_RETURN_IF_ERROR(GoThrough(*path_[i]));
  }
  return emitter_.status();
}

// A tensor that y does not depend on has the gradient 0.
void GradientNode::SetOutputs() {
  std::unordered_set<ValueId> made;
  for (const Node& node : emitter_.nodes()) {
    made.insert(node.outputs.begin(), node.outputs.end());
  }
  std::unordered_map<ValueId, ValueId> final_ids;
  for (size_t i = 0; i < node_.outputs.size(); ++i) {
    const ValueId output = node_.outputs[i];
    if (output == kNoValue) continue;
    const Var variable = emitter_.Wrap(variables_[i]);
    const auto found = gradients_.find(variables_[i]);
    const ValueId gradient =
        found == gradients_.end() ? ZerosLike(variable).id : found->second;
    Value& value = scope_.graph().value(output);
    const TensorInfo info = variable.info();
    value.kind = Value::Kind::kTensor;
    value.type = info.type;
    if (!value.has_shape) {
      value.has_shape = info.has_shape;
      value.dims = info.dims;
      value.symbols = info.symbols;
    }
    if (made.count(gradient) != 0 &&
        final_ids.emplace(gradient, output).second) {
      continue;
    }
    Node pass;
    pass.op_type = "Identity";
    pass.opset = kOpset;
    pass.inputs = {gradient};
    pass.outputs = {output};
    emitter_.Add(std::move(pass));
  }
  const auto rename = [&](std::vector<ValueId>& ids) {
    for (ValueId& id : ids) {
      const auto found = final_ids.find(id);
      if (found != final_ids.end()) id = found->second;
    }
  };
  for (Node& node : emitter_.nodes()) {
    rename(node.inputs);
    rename(node.outputs);
  }
}

Status GradientNode::Expand() {
  ONNXIFI_RETURN_IF_ERROR(ReadVariables());
  first_imported_ = scope_.graph().nodes.size();
  instead_ = ImportOuterNodes(scope_, emitter_, named_, y_);
  FindSlice();
  Repeat();
  ONNXIFI_RETURN_IF_ERROR(emitter_.status());
  FindActive();
  ONNXIFI_RETURN_IF_ERROR(GoBack());
  SetOutputs();
  ONNXIFI_RETURN_IF_ERROR(emitter_.status());
  // Rules may have added outputs.
  for (const size_t index : slice_) scope_.NoteOutputs(index);
  for (Node& node : repeated_) scope_.Add(std::move(node));
  for (Node& node : emitter_.nodes()) scope_.Add(std::move(node));
  return Status::Ok();
}

}  // namespace onnxifi::gradient
