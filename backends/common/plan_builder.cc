#include "backends/common/plan_builder.h"

#include "backends/common/node_planner.h"
#include "base/str_cat.h"

namespace onnxifi {

using graph::kNoValue;
using graph::TensorPtr;
using graph::ValueId;

PlanBuilder::PlanBuilder(const PlanEnvironment& environment, bool fold)
    : env_(environment),
      fold_(fold),
      facts_(*environment.graph),
      tensors_of_(environment.graph->values.size()),
      uses_(graph::UseCounts(*environment.graph)) {}

PlanBuilder::~PlanBuilder() = default;

Result<Plan> PlanBuilder::Build(const std::vector<graph::Shape>& input_shapes) {
  ONNXIFI_RETURN_IF_ERROR(AddInputs(input_shapes));
  ONNXIFI_RETURN_IF_ERROR(AddConstants());
  for (size_t i = 0; i < env_.graph->nodes.size(); ++i) {
    const Status status = PlanNode(i);
    if (!status.ok()) {
      const graph::Node& node = env_.graph->nodes[i];
      return status.WithContext(
          StrCat("node '", node.name, "' (", node.op_type, ")"));
    }
  }
  ONNXIFI_RETURN_IF_ERROR(AddOutputs());
  return std::move(plan_);
}

Status PlanBuilder::AddInputs(const std::vector<graph::Shape>& input_shapes) {
  const graph::Graph& graph = *env_.graph;
  if (input_shapes.size() != graph.inputs.size()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "one shape per graph input expected");
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    TensorDesc desc{graph.value(graph.inputs[i]).type, input_shapes[i],
                    Layout::kPlain};
    PlanBuffer buffer;
    buffer.kind = PlanBuffer::Kind::kInput;
    buffer.io = static_cast<uint32_t>(i);
    ONNXIFI_ASSIGN_OR_RETURN(buffer.bytes, DescBytes(desc));
    const TensorId id =
        plan_.AddTensor(std::move(desc), plan_.AddBuffer(std::move(buffer)));
    plan_.inputs.push_back(id);
    Bind(graph.inputs[i], id);
  }
  return Status::Ok();
}

Status PlanBuilder::AddConstants() {
  const graph::Graph& graph = *env_.graph;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    if (graph.values[v].constant == nullptr) continue;
    Bind(static_cast<ValueId>(v), AddConstant(graph.values[v].constant));
  }
  return Status::Ok();
}

TensorId PlanBuilder::AddConstant(const TensorPtr& tensor) {
  PlanBuffer buffer;
  buffer.kind = PlanBuffer::Kind::kConstant;
  buffer.bytes = tensor->bytes;
  buffer.constant = tensor;
  return plan_.AddTensor({tensor->type, tensor->dims, Layout::kPlain},
                         plan_.AddBuffer(std::move(buffer)));
}

void PlanBuilder::Release(ValueId value) {
  if (env_.consumed == nullptr || uses_[static_cast<size_t>(value)] != 1) {
    return;
  }
  const TensorId id = Primary(value);
  if (id == kNoTensor) return;
  plan_.buffer_of(id).constant.reset();
  env_.consumed->value(value).constant.reset();
}

TensorId PlanBuilder::Primary(ValueId value) const {
  const auto& tensors = tensors_of_[static_cast<size_t>(value)];
  return tensors.empty() ? kNoTensor : tensors.front();
}

void PlanBuilder::Bind(ValueId value, TensorId tensor) {
  tensors_of_[static_cast<size_t>(value)].push_back(tensor);
}

TensorPtr PlanBuilder::Known(ValueId value) const {
  if (value == kNoValue) return nullptr;
  const TensorId id = Primary(value);
  if (id == kNoTensor) return nullptr;
  const PlanTensor& tensor = plan_.tensor(id);
  return plan_.buffers[static_cast<size_t>(tensor.buffer)].constant;
}

Result<TensorId> PlanBuilder::InLayout(ValueId value, Layout layout) {
  const std::vector<TensorId>& tensors =
      tensors_of_[static_cast<size_t>(value)];
  for (const TensorId id : tensors) {
    if (plan_.tensor(id).desc.layout == layout) return id;
  }
  if (tensors.empty()) return kNoTensor;
  const TensorId from = tensors.front();
  TensorDesc desc = plan_.tensor(from).desc;
  if (env_.hooks->make_reorder == nullptr) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  "this backend has no layouts to convert between");
  }
  PlanStep step;
  ONNXIFI_RETURN_IF_ERROR(
      env_.hooks->make_reorder(desc, layout, &step.fn, &step.state));
  desc.layout = layout;
  PlanBuffer buffer;
  ONNXIFI_ASSIGN_OR_RETURN(buffer.bytes, DescBytes(desc));
  const TensorId to =
      plan_.AddTensor(std::move(desc), plan_.AddBuffer(std::move(buffer)));
  step.inputs = {from};
  step.outputs = {to};
  step.node_name = "reorder of " + env_.graph->value(value).name;
  plan_.AddStep(std::move(step));
  Bind(value, to);
  return to;
}

bool PlanBuilder::AllInputsKnown(const graph::Node& node) const {
  for (const ValueId value : node.inputs) {
    if (value != kNoValue && Known(value) == nullptr) return false;
  }
  return true;
}

Result<bool> PlanBuilder::TryFold(const graph::Node& node,
                                  const OpKernel& kernel) {
  if (!fold_ || kernel.nondeterministic || !AllInputsKnown(node)) {
    return false;
  }
  std::vector<TensorPtr> inputs;
  for (const ValueId value : node.inputs) inputs.push_back(Known(value));
  ONNXIFI_ASSIGN_OR_RETURN(const std::vector<TensorPtr> outputs,
                           EvaluateNode(*env_.graph, node, kernel, inputs,
                                        *env_.hooks, *env_.packed, *env_.pool));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] != nullptr) Bind(node.outputs[i], AddConstant(outputs[i]));
  }
  return true;
}

Status PlanBuilder::PlanNode(size_t index) {
  const graph::Node& node = env_.graph->nodes[index];
  const OpKernel& kernel = *(*env_.kernels)[index];
  ONNXIFI_ASSIGN_OR_RETURN(const bool folded, TryFold(node, kernel));
  if (folded) return Status::Ok();
  NodePlanner planner(*this, node);
  ONNXIFI_RETURN_IF_ERROR(planner.Open(kernel));
  ONNXIFI_RETURN_IF_ERROR(kernel.prepare(planner));
  return planner.Commit();
}

Status PlanBuilder::AddOutputs() {
  for (const ValueId value : env_.graph->outputs) {
    ONNXIFI_ASSIGN_OR_RETURN(const TensorId id,
                             InLayout(value, Layout::kPlain));
    if (id == kNoTensor) {
      return Status(ONNXIFI_STATUS_INVALID_MODEL,
                    "graph output '" + env_.graph->value(value).name +
                        "' is not produced by any node");
    }
    plan_.outputs.push_back(id);
  }
  return Status::Ok();
}

namespace {

// A graph of one node whose inputs are constants and whose outputs are the
// graph's.
graph::Graph SingleNodeGraph(const graph::Graph& graph, const graph::Node& node,
                             const std::vector<TensorPtr>& inputs) {
  graph::Graph single;
  single.name = node.name;
  single.ir_version = graph.ir_version;
  single.opsets = graph.opsets;
  graph::Node copy = node;
  for (size_t i = 0; i < copy.inputs.size(); ++i) {
    if (copy.inputs[i] == kNoValue) continue;
    graph::Value value = graph.value(copy.inputs[i]);
    value.constant = inputs[i];
    value.type = inputs[i]->type;
    value.dims = inputs[i]->dims;
    value.symbols.clear();
    value.has_shape = true;
    copy.inputs[i] = static_cast<ValueId>(single.values.size());
    single.values.push_back(std::move(value));
  }
  for (ValueId& output : copy.outputs) {
    if (output == kNoValue) continue;
    graph::Value value = graph.value(output);
    value.constant = nullptr;
    output = static_cast<ValueId>(single.values.size());
    single.values.push_back(std::move(value));
    single.outputs.push_back(output);
  }
  single.nodes.push_back(std::move(copy));
  return single;
}

// The same tensor; strings with characters of their own, because a program
// that is about to go may own those that they refer to.
TensorPtr OwnCharacters(TensorPtr tensor) {
  if (tensor->type != graph::DataType::kString) return tensor;
  const auto* refs = static_cast<const graph::StringRef*>(tensor->data);
  const size_t count = tensor->bytes / sizeof(graph::StringRef);
  return graph::MakeStringTensor(std::vector<std::string>(refs, refs + count),
                                 tensor->dims);
}

// Runs a plan without inputs.
Result<std::vector<TensorPtr>> RunPlan(Plan plan, const CompilerHooks& hooks,
                                       ThreadPool& pool) {
  std::vector<TensorPtr> made;
  std::vector<void*> buffers;
  for (const TensorId id : plan.outputs) {
    const TensorDesc& desc = plan.tensor(id).desc;
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor tensor,
                             graph::MakeTensor(desc.type, desc.dims));
    buffers.push_back(tensor.data);
    made.push_back(std::move(tensor.tensor));
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const ProgramSpec> spec,
                           BindPlan(std::move(plan)));
  ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<Executable> program,
                           LinkProgram(std::move(spec), pool, hooks));
  const onnxStatus status = program->Run({}, buffers);
  if (status == ONNXIFI_STATUS_SUCCESS) {
    for (TensorPtr& tensor : made) tensor = OwnCharacters(std::move(tensor));
    return made;
  }
  // Kernels cannot know that all that they read is the model's own.
  return Status(status == ONNXIFI_STATUS_INTERNAL_ERROR
                    ? ONNXIFI_STATUS_INVALID_MODEL
                    : status,
                "evaluation on constants failed; an index or size "
                "in the model's data is out of range");
}

}  // namespace

Result<std::vector<TensorPtr>> EvaluateNode(
    const graph::Graph& graph, const graph::Node& node, const OpKernel& kernel,
    const std::vector<TensorPtr>& inputs, const CompilerHooks& hooks,
    PackCache& packed, ThreadPool& pool) {
  const graph::Graph single = SingleNodeGraph(graph, node, inputs);
  const std::vector<const OpKernel*> kernels = {&kernel};
  const PlanEnvironment env{&single, &kernels, &hooks, &packed, &pool, nullptr};
  ONNXIFI_ASSIGN_OR_RETURN(Plan plan, PlanBuilder(env, false).Build({}));

  std::vector<TensorPtr> made;
  if (plan.steps.empty()) {
    // Everything was known when it was planned: no copies of constants.
    for (const TensorId id : plan.outputs) {
      const TensorPtr& constant = plan.buffer_of(id).constant;
      auto view = std::make_shared<graph::TensorData>(*constant);
      view->dims = plan.tensor(id).desc.dims;
      made.push_back(OwnCharacters(std::move(view)));
    }
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(made, RunPlan(std::move(plan), hooks, pool));
  }
  std::vector<TensorPtr> outputs(node.outputs.size());
  size_t next = 0;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] != kNoValue) outputs[i] = std::move(made[next++]);
  }
  return outputs;
}

}  // namespace onnxifi
