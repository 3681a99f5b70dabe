#include "backends/common/late_node.h"

#include <algorithm>
#include <cstring>

#include "backends/common/plan_builder.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::kNoValue;
using graph::TensorData;
using graph::TensorPtr;
using graph::ValueId;

namespace {

// What may decide a shape is short: dims, axes, scales, a count. Strings never
// do, and a copy of them would outlive their characters.
bool IsShort(const TensorData& tensor) {
  if (tensor.type == graph::DataType::kString) return false;
  constexpr int64_t kMost = 2 * static_cast<int64_t>(graph::kMaxRank);
  return tensor.dims.size() <= 1 &&
         (tensor.dims.empty() || tensor.dims[0] <= kMost);
}

bool MayBeConstant(const TensorData& tensor, bool all_constant) {
  return IsShort(tensor) ||
         (all_constant && tensor.type != graph::DataType::kString);
}

// What a program is kept by. A constant is copied: the value itself may live
// as long as this run only.
Result<TensorPtr> MakeKey(const TensorData& input, bool constant) {
  if (constant) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor copy,
                             graph::MakeTensor(input.type, input.dims));
    if (input.bytes > 0) std::memcpy(copy.data, input.data, input.bytes);
    return copy.tensor;
  }
  auto key = std::make_shared<TensorData>();
  key->type = input.type;
  key->dims = input.dims;
  return TensorPtr(std::move(key));
}

// Strings may refer to characters of the program that wrote them.
TensorPtr Holding(TensorPtr tensor, std::shared_ptr<const void> program) {
  if (tensor->type != graph::DataType::kString) return tensor;
  using Owners =
      std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>;
  auto held = std::make_shared<TensorData>(*tensor);
  held->owner =
      std::make_shared<const Owners>(tensor->owner, std::move(program));
  return held;
}

// The node alone in a graph: inputs with data are constants of it.
graph::Graph LoneNode(const graph::Graph& graph, const graph::Node& node,
                      std::span<const TensorPtr> inputs) {
  graph::Graph lone;
  lone.name = node.name;
  lone.ir_version = graph.ir_version;
  lone.opsets = graph.opsets;
  graph::Node copy = node;
  for (size_t i = 0; i < copy.inputs.size(); ++i) {
    if (copy.inputs[i] == kNoValue) continue;
    graph::Value value;
    value.name = graph.value(copy.inputs[i]).name;
    value.kind = graph::Value::Kind::kTensor;
    value.type = inputs[i]->type;
    value.has_shape = true;
    value.dims = inputs[i]->dims;
    const auto id = static_cast<ValueId>(lone.values.size());
    if (inputs[i]->data != nullptr) {
      value.constant = inputs[i];
    } else {
      lone.inputs.push_back(id);
    }
    copy.inputs[i] = id;
    lone.values.push_back(std::move(value));
  }
  for (ValueId& output : copy.outputs) {
    if (output == kNoValue) continue;
    graph::Value value = graph.value(output);
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

}  // namespace

bool LateNode::Fits(const Program& program, std::span<const TensorPtr> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorPtr& key = program.key[i];
    if (key == nullptr || inputs[i] == nullptr) {
      if (key != inputs[i]) return false;
      continue;
    }
    if (key->type != inputs[i]->type || key->dims != inputs[i]->dims) {
      return false;
    }
    if (key->data != nullptr && key->bytes > 0 &&
        std::memcmp(key->data, inputs[i]->data, key->bytes) != 0) {
      return false;
    }
  }
  return true;
}

Result<LateNode::Program> LateNode::Make(std::span<const TensorPtr> inputs,
                                         bool all_constant) const {
  Program made;
  for (const TensorPtr& input : inputs) {
    TensorPtr key;
    if (input != nullptr) {
      ONNXIFI_ASSIGN_OR_RETURN(
          key, MakeKey(*input, MayBeConstant(*input, all_constant)));
    }
    made.key.push_back(std::move(key));
  }
  const graph::Graph lone = LoneNode(graph_, node_, made.key);
  GraphFacts facts(lone);
  facts.inputs_known = true;
  Reject why;
  const OpKernel* kernel =
      registry_.Find(NodeView(lone, lone.nodes[0], &facts), &why);
  if (kernel == nullptr || kernel->prepare == nullptr) {
    return Status(RejectStatus(why.reason),
                  StrCat("node '", node_.name, "' (", node_.op_type,
                         "): ", RejectText(why.reason), ": ", why.detail));
  }
  const std::vector<const OpKernel*> kernels = {kernel};
  PackCache packed;
  const PlanEnvironment env{&lone, &kernels, &hooks_, &packed, &pool_, nullptr};
  std::vector<graph::Shape> shapes;
  for (const ValueId id : lone.inputs) shapes.push_back(lone.value(id).dims);
  ONNXIFI_ASSIGN_OR_RETURN(Plan plan, PlanBuilder(env, false).Build(shapes));
  ONNXIFI_ASSIGN_OR_RETURN(made.program,
                           BindPlan(std::move(plan), pool_, hooks_.run_hooks));
  return made;
}

Result<std::vector<TensorPtr>> LateNode::Run(
    std::span<const TensorPtr> inputs) {
  const auto found =
      std::find_if(programs_.begin(), programs_.end(),
                   [&](const Program& p) { return Fits(p, inputs); });
  if (found == programs_.end()) {
    Result<Program> made = Make(inputs, false);
    if (!made.ok()) made = Make(inputs, true);
    if (!made.ok()) return made.status();
    if (programs_.size() == kMaxPrograms) programs_.pop_back();
    programs_.insert(programs_.begin(), std::move(made).value());
  } else if (found != programs_.begin()) {
    std::rotate(programs_.begin(), found, found + 1);
  }
  const Program& chosen = programs_.front();
  FlatProgram& program = *chosen.program;
  std::vector<const void*> in;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] != nullptr && chosen.key[i]->data == nullptr) {
      in.push_back(inputs[i]->data);
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
    outputs[i] = Holding(std::move(made.tensor), chosen.program);
    ++next;
  }
  const onnxStatus status = program.Run(in, out);
  if (status == ONNXIFI_STATUS_SUCCESS) return outputs;
  return Status(status, StrCat("node '", node_.name, "' (", node_.op_type,
                               "): the data is out of range for it"));
}

}  // namespace onnxifi
