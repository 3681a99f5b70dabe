#include "backends/common/late_node.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "backends/common/plan_builder.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::kNoValue;
using graph::TensorData;
using graph::TensorPtr;
using graph::Value;
using graph::ValueId;

namespace {

Value::Kind KindOf(const RunValue& value) {
  switch (value.kind) {
    case RunValue::Kind::kTensor:
      return Value::Kind::kTensor;
    case RunValue::Kind::kSequence:
      return Value::Kind::kSequence;
    case RunValue::Kind::kEmptyOptional:
      return Value::Kind::kOptional;
    case RunValue::Kind::kMap:
      return Value::Kind::kMap;
    case RunValue::Kind::kNone:
      break;
  }
  return Value::Kind::kUnknown;
}

// The node alone in a graph, with what its inputs are now; those marked are
// constants of the graph.
graph::Graph LoneNode(const graph::Graph& graph, const graph::Node& node,
                      std::span<const RunValue> inputs,
                      const std::vector<bool>& constant) {
  graph::Graph lone;
  lone.name = node.name;
  lone.ir_version = graph.ir_version;
  lone.opsets = graph.opsets;
  graph::Node copy = node;
  for (size_t i = 0; i < copy.inputs.size(); ++i) {
    if (copy.inputs[i] == kNoValue) continue;
    Value value;
    value.name = graph.value(copy.inputs[i]).name;
    value.kind = KindOf(inputs[i]);
    if (inputs[i].is_tensor()) {
      value.type = inputs[i].tensor->type;
      value.has_shape = true;
      value.dims = inputs[i].tensor->dims;
    }
    const auto id = static_cast<ValueId>(lone.values.size());
    if (constant[i]) {
      value.constant = inputs[i].tensor;
    } else {
      lone.inputs.push_back(id);
    }
    copy.inputs[i] = id;
    lone.values.push_back(std::move(value));
  }
  for (ValueId& output : copy.outputs) {
    if (output == kNoValue) continue;
    Value value = graph.value(output);
    value.constant = nullptr;
    value.has_shape = false;
    value.dims.clear();
    value.symbols.clear();
    output = static_cast<ValueId>(lone.values.size());
    lone.values.push_back(std::move(value));
    lone.outputs.push_back(output);
  }
  lone.nodes.push_back(std::move(copy));
  return lone;
}

// A constant outlives the run that brings its value.
Result<TensorPtr> KeepTensor(const TensorData& tensor) {
  if (tensor.type != graph::DataType::kString) return CopyTensor(tensor);
  const auto* refs = Elements<graph::StringRef>(tensor);
  const size_t count = tensor.bytes / sizeof(graph::StringRef);
  std::vector<std::string> strings(refs, refs + count);
  return graph::MakeStringTensor(std::move(strings), tensor.dims);
}

bool SameElements(const TensorData& a, const TensorData& b) {
  if (a.type == graph::DataType::kString) {
    const auto* x = Elements<graph::StringRef>(a);
    return std::equal(x, x + a.bytes / sizeof(graph::StringRef),
                      Elements<graph::StringRef>(b));
  }
  return a.bytes == 0 || std::memcmp(a.data, b.data, a.bytes) == 0;
}

bool FitsInput(const RunValue& key, bool constant, const RunValue& input) {
  if (key.kind != input.kind) return false;
  if (!key.is_tensor() || key.tensor == input.tensor) return true;
  return key.tensor->type == input.tensor->type &&
         key.tensor->dims == input.tensor->dims &&
         (!constant || SameElements(*key.tensor, *input.tensor));
}

bool Fits(const LateNode::Way& way, std::span<const RunValue> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!FitsInput(way.key[i], way.constant[i], inputs[i])) return false;
  }
  return true;
}

// The same without the data.
RunValue ShapeKey(const RunValue& input) {
  if (!input.is_tensor()) return {input.kind, nullptr, {}};
  auto tensor = std::make_shared<TensorData>();
  tensor->type = input.tensor->type;
  tensor->dims = input.tensor->dims;
  return RunValue::Tensor(std::move(tensor));
}

}  // namespace

bool LateNode::IsStatic(size_t input) const {
  return node_.inputs[input] != kNoValue &&
         graph_.value(node_.inputs[input]).constant != nullptr;
}

Status LateNode::Plan(std::span<const RunValue> inputs, Way* way) const {
  way->key.clear();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!way->constant[i]) {
      way->key.push_back(ShapeKey(inputs[i]));
    } else if (IsStatic(i)) {
      way->key.push_back(inputs[i]);
    } else {
      ONNXIFI_ASSIGN_OR_RETURN(TensorPtr kept, KeepTensor(*inputs[i].tensor));
      way->key.push_back(RunValue::Tensor(std::move(kept)));
    }
  }
  const graph::Graph lone = LoneNode(graph_, node_, way->key, way->constant);
  Reject why;
  const OpKernel* kernel = registry_.Find(NodeView(lone, lone.nodes[0]), &why);
  if (kernel == nullptr || kernel->prepare == nullptr) {
    return Status(RejectStatus(why.reason), why.detail);
  }
  const std::vector<const OpKernel*> kernels = {kernel};
  PackCache packed;
  const PlanEnvironment env{&lone, &kernels, &hooks_, &packed, &pool_, nullptr};
  std::vector<graph::Shape> shapes;
  for (const ValueId id : lone.inputs) shapes.push_back(lone.value(id).dims);
  ONNXIFI_ASSIGN_OR_RETURN(onnxifi::Plan plan,
                           PlanBuilder(env, false).Build(shapes));
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const ProgramSpec> spec,
                           BindPlan(std::move(plan)));
  ONNXIFI_ASSIGN_OR_RETURN(std::unique_ptr<Executable> program,
                           LinkProgram(std::move(spec), pool_, hooks_));
  way->program = std::move(program);
  return Status::Ok();
}

Result<LateNode::Way> LateNode::Make(std::span<const RunValue> inputs) const {
  std::vector<bool> all;
  for (const RunValue& input : inputs) all.push_back(input.is_tensor());
  const auto find = [&](const std::vector<bool>& constant, Reject* why) {
    const graph::Graph lone = LoneNode(graph_, node_, inputs, constant);
    return registry_.Find(NodeView(lone, lone.nodes[0]), why);
  };
  Reject why;
  const OpKernel* kernel = find(all, &why);
  if (kernel == nullptr) {
    return Status(RejectStatus(why.reason),
                  StrCat("node '", node_.name, "' (", node_.op_type,
                         "): ", RejectText(why.reason), ": ", why.detail));
  }
  Way way;
  if (kernel->evaluate != nullptr) {
    way.evaluated = kernel;
    way.constant.assign(inputs.size(), false);
    for (const RunValue& input : inputs) way.key.push_back(ShapeKey(input));
    return way;
  }
  // Constant only what the kernel asks for.
  way.constant = all;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!all[i] || IsStatic(i)) continue;
    way.constant[i] = false;
    way.constant[i] = find(way.constant, &why) != kernel;
  }
  Status planned = Plan(inputs, &way);
  if (!planned.ok() && way.constant != all) {
    way.constant = all;
    planned = Plan(inputs, &way);
  }
  if (planned.ok()) return way;
  return planned.WithContext(
      StrCat("node '", node_.name, "' (", node_.op_type, ")"));
}

Result<const LateNode::Way*> LateNode::Find(std::span<const RunValue> inputs) {
  const auto found =
      std::find_if(ways_.begin(), ways_.end(),
                   [&](const Way& way) { return Fits(way, inputs); });
  if (found == ways_.end()) {
    ONNXIFI_ASSIGN_OR_RETURN(Way made, Make(inputs));
    if (ways_.size() == kMaxWays) ways_.pop_back();
    ways_.insert(ways_.begin(), std::move(made));
  } else if (found != ways_.begin()) {
    std::rotate(ways_.begin(), found, found + 1);
  }
  return &ways_.front();
}

Result<std::vector<TensorPtr>> LateNode::Run(
    const Way& way, std::span<const RunValue> inputs) const {
  Executable& program = *way.program;
  std::vector<const void*> in;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].is_tensor() && !way.constant[i]) {
      in.push_back(inputs[i].tensor->data);
    }
  }
  std::vector<TensorPtr> outputs(node_.outputs.size());
  std::vector<void*> out;
  size_t next = 0;
  for (size_t i = 0; i < node_.outputs.size(); ++i) {
    if (node_.outputs[i] == kNoValue) continue;
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                             graph::MakeTensor(program.output_types()[next],
                                               program.output_shapes()[next]));
    out.push_back(made.data);
    outputs[i] = std::move(made.tensor);
    ++next;
  }
  const onnxStatus status = program.Run(in, out);
  if (status == ONNXIFI_STATUS_SUCCESS) return outputs;
  return Status(status, StrCat("node '", node_.name, "' (", node_.op_type,
                               "): the data is out of range for it"));
}

}  // namespace onnxifi
