#include "backends/common/gradient/gradient_node.h"

#include <algorithm>
#include <utility>

#include "backends/common/gradient/outer_nodes.h"
#include "base/str_cat.h"
#include "graph/extract.h"
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

bool SameKnownShape(const Value& a, const Value& b) {
  return a.has_shape == b.has_shape && a.dims == b.dims &&
         a.symbols == b.symbols;
}

// What is known of the rank of `named` holds for `given`, too.
bool SameKnownRank(const Value& named, const Value& given) {
  return !named.has_shape ||
         (given.has_shape && named.dims.size() == given.dims.size());
}

}  // namespace

GradientNode::GradientNode(Scope& scope, const Node& node, Names& names,
                           size_t node_limit)
    : scope_(scope),
      node_(node),
      emitter_(scope.graph(), names, node.name, node_limit),
      pass_(scope, emitter_),
      names_(ReadNames(node)) {
  if (scope.outer() != nullptr) emitter_.DistrustShapes();
}

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

bool GradientNode::ReadsSubstituted(const Node& node) const {
  const std::vector<ValueId> reads = scope_.Reads(node);
  return std::any_of(reads.begin(), reads.end(),
                     [this](ValueId id) { return instead_.count(id) != 0; });
}

bool GradientNode::IsNamed(ValueId id) const {
  return named_set_.count(id) != 0;
}

Status GradientNode::AddVariable(const std::string& name, size_t input,
                                 const char* list) {
  const ValueId named = scope_.FindOrCapture(name);
  if (named == kNoValue) {
    return Invalid(StrCat("'", list, "' names ", Quoted(name),
                          ", which is no tensor of the graph"));
  }
  if (IsNamed(named)) {
    return Invalid(StrCat("tensor ", Quoted(name), " is named twice"));
  }
  if (input >= node_.inputs.size() || node_.inputs[input] == kNoValue) {
    return Invalid(StrCat("there is no input for ", Quoted(name), ", entry ",
                          input, " of 'xs' and 'zs'"));
  }
  named_.push_back(named);
  named_set_.insert(named);
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
    if (IsNamed(id) || producer < 0) continue;
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
      const Value& named = emitter_.value(named_[i]);
      same_shapes_ = same_shapes_ && SameKnownShape(given.value(), named);
      same_ranks_ = same_ranks_ && SameKnownRank(named, given.value());
      variable = emitter_.Emit("Identity", {given}, given.info()).id;
      instead_[named_[i]] = variable;
    }
    variables_.push_back(variable);
  }
  for (const size_t index : slice_) {
    const Node& node = scope_.graph().nodes[index];
    if (ReadsSubstituted(node)) RepeatNode(node);
  }
  repeated_ = std::move(emitter_.nodes());
  emitter_.nodes().clear();
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
    Value& value = scope_.graph().value(made);
    if (!same_ranks_) graph::OpenShape(&value);
    if (!same_shapes_) {
      std::fill(value.dims.begin(), value.dims.end(), -1);
      std::fill(value.symbols.begin(), value.symbols.end(), "");
    }
    if (!IsNamed(output)) instead_[output] = made;
    output = made;
  }
  emitter_.Add(std::move(copy));
}

// y may have any shape: what is differentiated is the sum of its elements, so
// it starts with ones. ONNX's text leaves it open and its own cases have a y of
// one element; frameworks do the same (a vector-Jacobian product with ones).
Status GradientNode::GoBack() {
  for (size_t i = 0; i < variables_.size(); ++i) {
    pass_.AddVariable(named_[i], false);
    pass_.AddVariable(variables_[i], i < names_.xs.size());
  }
  // A node that was repeated is not on the path itself. Repeated ones read
  // what the others make, never the other way round.
  for (const size_t index : slice_) {
    Node& node = scope_.graph().nodes[index];
    if (!ReadsSubstituted(node)) pass_.AddNode(node);
  }
  for (Node& node : repeated_) pass_.AddNode(node);
  const Var y = emitter_.Wrap(Substitute(y_));
  pass_.Contribute(y.id, ExpandTo(Number(y, 1), y));
  return pass_.GoBack();
}

// A tensor that y does not depend on has the gradient 0.
void GradientNode::SetOutputs() {
  // Values that may take over the name of an output: not what bodies know by
  // name.
  std::unordered_set<ValueId> made;
  for (const Node& node : emitter_.nodes()) {
    made.insert(node.outputs.begin(), node.outputs.end());
  }
  for (const Node& node : emitter_.nodes()) {
    if (!graph::HasBodies(node)) continue;
    for (const ValueId id : scope_.Reads(node)) made.erase(id);
  }
  std::unordered_map<ValueId, ValueId> final_ids;
  for (size_t i = 0; i < node_.outputs.size(); ++i) {
    const ValueId output = node_.outputs[i];
    if (output == kNoValue) continue;
    const Var variable = emitter_.Wrap(variables_[i]);
    ValueId gradient = pass_.VariableGradient(variables_[i]);
    if (gradient == kNoValue) gradient = ZerosLike(variable).id;
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
