#include "backends/common/value_graph.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/common/graph_compiler.h"
#include "base/aligned_memory.h"
#include "base/str_cat.h"
#include "graph/extract.h"

namespace onnxifi {

using graph::kNoValue;
using graph::TensorPtr;
using graph::ValueId;

namespace {

bool IsPlanned(const OpChoice& choice) {
  return choice.mode == OpChoice::Mode::kPlanned;
}

// Strings refer to characters that their maker owns: the run keeps them.
void KeepStrings(const RunValue& value, RunScope& scope) {
  if (value.tensor != nullptr &&
      value.tensor->type == graph::DataType::kString) {
    scope.keep.push_back(value.tensor);
  }
  for (const RunValue& element : value.elements) KeepStrings(element, scope);
}

Status Missing(const graph::Node& node, const std::string& name) {
  return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                StrCat("node '", node.name, "' (", node.op_type, "): value '",
                       name, "' has not been computed"));
}

}  // namespace

// One evaluated node during one run.
class ValueGraph::Context final : public EvaluateContext {
 public:
  Context(ValueGraph& owner, Item& item, RunScope& scope, Slots& slots)
      : EvaluateContext(owner.graph_, *item.node),
        owner_(owner),
        item_(item),
        scope_(scope),
        slots_(slots),
        outputs_(item.node->outputs.size()) {}

  const RunValue& in(size_t i) const override {
    return slots_[static_cast<size_t>(node().inputs[i])];
  }
  void SetOutput(size_t i, RunValue value) override {
    if (!HasOutput(i)) return;
    KeepStrings(value, scope_);
    outputs_[i] = std::move(value);
  }
  Result<std::vector<RunValue>> RunBody(std::string_view attribute,
                                        std::vector<RunValue> inputs) override {
    for (const Body& body : item_.bodies) {
      if (body.attribute != attribute) continue;
      for (const ValueId id : body.captured) {
        inputs.push_back(slots_[static_cast<size_t>(id)]);
      }
      std::vector<RunValue> outputs;
      ONNXIFI_RETURN_IF_ERROR(
          body.graph->RunValues(scope_, std::move(inputs), &outputs));
      return outputs;
    }
    return Error(ONNXIFI_STATUS_INVALID_MODEL,
                 StrCat("has no body '", attribute, "'"));
  }
  PackCache& packed() override { return owner_.packed_; }
  ThreadPool& pool() override { return owner_.pool_; }

  // Stores what the kernel set; an error when it forgot an output.
  Status Commit() {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (!HasOutput(i)) continue;
      if (outputs_[i].kind == RunValue::Kind::kNone) {
        return Error(ONNXIFI_STATUS_INTERNAL_ERROR,
                     StrCat("output ", i, " was not set"));
      }
      slots_[static_cast<size_t>(node().outputs[i])] = std::move(outputs_[i]);
    }
    return Status::Ok();
  }

 private:
  ValueGraph& owner_;
  Item& item_;
  RunScope& scope_;
  Slots& slots_;
  std::vector<RunValue> outputs_;
};

ValueGraph::ValueGraph(graph::Graph graph, const OpRegistry& registry,
                       const CompilerHooks& hooks, ThreadPool& pool)
    : graph_(std::move(graph)),
      registry_(registry),
      hooks_(hooks),
      pool_(pool) {}

ValueGraph::~ValueGraph() = default;

Result<std::unique_ptr<ValueGraph>> ValueGraph::Create(
    graph::Graph graph, const OpRegistry& registry, const CompilerHooks& hooks,
    ThreadPool& pool) {
  std::unique_ptr<ValueGraph> made(
      new ValueGraph(std::move(graph), registry, hooks, pool));
  ONNXIFI_RETURN_IF_ERROR(made->Build());
  return made;
}

Status ValueGraph::Build() {
  graph::RemoveDeadNodes(graph_);
  FoldConstants(graph_, registry_, hooks_, pool_);
  graph::RemoveDeadNodes(graph_);
  ONNXIFI_RETURN_IF_ERROR(ChooseKernels());
  const std::vector<int> stages = Stages();
  const int last =
      stages.empty() ? -1 : *std::max_element(stages.begin(), stages.end());
  for (int stage = 0; stage <= last; ++stage) {
    std::vector<size_t> planned;
    for (size_t i = 0; i < stages.size(); ++i) {
      if (stages[i] == stage && IsPlanned(choices_[i])) planned.push_back(i);
    }
    if (!planned.empty()) ONNXIFI_RETURN_IF_ERROR(AddSegment(planned));
    for (size_t i = 0; i < stages.size(); ++i) {
      if (stages[i] != stage || IsPlanned(choices_[i])) continue;
      ONNXIFI_RETURN_IF_ERROR(AddNode(i));
    }
  }
  FindLastReads();
  return OwnConstants();
}

// In order, because what a node that is not planned gives has no shape that
// later ones could count on.
Status ValueGraph::ChooseKernels() {
  const GraphFacts facts(graph_);
  for (const graph::Node& node : graph_.nodes) {
    Reject why;
    const OpChoice choice =
        registry_.Choose(NodeView(graph_, node, &facts), &why);
    if (!choice.supported()) {
      return Status(RejectStatus(why.reason),
                    StrCat("node '", node.name, "' (", node.op_type,
                           "): ", RejectText(why.reason), ": ", why.detail));
    }
    choices_.push_back(choice);
    if (IsPlanned(choice)) continue;
    for (const ValueId id : node.outputs) {
      if (id == kNoValue) continue;
      graph::Value& value = graph_.value(id);
      std::fill(value.dims.begin(), value.dims.end(), -1);
    }
  }
  return Status::Ok();
}

// A stage is one segment and then the other nodes that it feeds; a planned
// node comes one stage after the last node of the other kind that it needs.
std::vector<int> ValueGraph::Stages() const {
  std::vector<int> stages(graph_.nodes.size(), 0);
  const std::vector<int32_t> producers = graph::Producers(graph_);
  const std::vector<std::vector<ValueId>> reads = graph::Reads(graph_);
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (const ValueId id : reads[i]) {
      const int32_t p = producers[static_cast<size_t>(id)];
      if (p < 0) continue;
      const auto producer = static_cast<size_t>(p);
      const bool later =
          IsPlanned(choices_[i]) && !IsPlanned(choices_[producer]);
      stages[i] = std::max(stages[i], stages[producer] + (later ? 1 : 0));
    }
  }
  return stages;
}

Status ValueGraph::AddSegment(const std::vector<size_t>& nodes) {
  graph::Extract part = graph::ExtractNodes(graph_, nodes);
  Item item;
  item.inputs = std::move(part.inputs);
  item.outputs = std::move(part.outputs);
  ONNXIFI_ASSIGN_OR_RETURN(
      item.segment,
      GraphCompiler::Create(std::move(part.graph), registry_, hooks_, pool_));
  items_.push_back(std::move(item));
  return Status::Ok();
}

Status ValueGraph::AddNode(size_t index) {
  const graph::Node& node = graph_.nodes[index];
  Item item;
  item.node = &node;
  if (choices_[index].mode == OpChoice::Mode::kLate) {
    item.late =
        std::make_unique<LateNode>(graph_, node, registry_, hooks_, pool_);
  } else {
    item.kernel = choices_[index].kernel;
    ONNXIFI_ASSIGN_OR_RETURN(item.bodies, MakeBodies(node));
  }
  items_.push_back(std::move(item));
  return Status::Ok();
}

Result<std::vector<ValueGraph::Body>> ValueGraph::MakeBodies(
    const graph::Node& node) const {
  std::vector<Body> bodies;
  for (const graph::Attribute& attribute : node.attributes) {
    if (attribute.graph == nullptr) continue;
    Body body;
    body.attribute = attribute.name;
    graph::Graph copy = *attribute.graph;
    body.captured = graph::CapturedValues(graph_, copy);
    for (const ValueId id : copy.captures) {
      if (copy.value(id).constant == nullptr) copy.inputs.push_back(id);
    }
    Result<std::unique_ptr<ValueGraph>> made =
        Create(std::move(copy), registry_, hooks_, pool_);
    if (!made.ok()) {
      return made.status().WithContext(StrCat(
          "node '", node.name, "' (", node.op_type, "), ", attribute.name));
    }
    body.graph = std::move(made).value();
    bodies.push_back(std::move(body));
  }
  return bodies;
}

// Segments own their constants. The others may lie in the client's memory.
Status ValueGraph::OwnConstants() {
  std::vector<bool> needed(graph_.values.size(), false);
  const auto need = [&](ValueId id) {
    if (id != kNoValue) needed[static_cast<size_t>(id)] = true;
  };
  for (const Item& item : items_) {
    if (item.node == nullptr) continue;
    for (const ValueId id : item.node->inputs) need(id);
  }
  for (const ValueId id : graph_.outputs) need(id);
  for (size_t v = 0; v < graph_.values.size(); ++v) {
    TensorPtr& constant = graph_.values[v].constant;
    if (constant == nullptr) continue;
    if (!needed[v]) {
      constant = nullptr;
      continue;
    }
    if (constant->owner != nullptr) continue;
    ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor copy,
                             graph::MakeTensor(constant->type, constant->dims));
    if (constant->bytes > 0) {
      std::memcpy(copy.data, constant->data, constant->bytes);
    }
    constant = copy.tensor;
  }
  return Status::Ok();
}

void ValueGraph::FindLastReads() {
  std::vector<int> last(graph_.values.size(), -1);
  for (size_t i = 0; i < items_.size(); ++i) {
    const Item& item = items_[i];
    const auto read = [&](ValueId id) {
      if (id != kNoValue) last[static_cast<size_t>(id)] = static_cast<int>(i);
    };
    for (const ValueId id : item.inputs) read(id);
    if (item.node != nullptr) {
      for (const ValueId id : item.node->inputs) read(id);
    }
    for (const Body& body : item.bodies) {
      for (const ValueId id : body.captured) read(id);
    }
  }
  for (const ValueId id : graph_.outputs) last[static_cast<size_t>(id)] = -1;
  for (size_t v = 0; v < last.size(); ++v) {
    if (last[v] < 0) continue;
    items_[static_cast<size_t>(last[v])].last_reads.push_back(
        static_cast<ValueId>(v));
  }
}

Result<std::unique_ptr<Executable>> ValueGraph::Specialize(
    const std::vector<graph::Shape>&) {
  return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                "a graph that runs value by value was asked for a plan");
}

Status ValueGraph::RunValues(RunScope& scope, std::vector<RunValue> inputs,
                             std::vector<RunValue>* outputs) {
  if (inputs.size() != graph_.inputs.size()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("graph '", graph_.name, "' takes ",
                         graph_.inputs.size(), " values, got ", inputs.size()));
  }
  Slots slots(graph_.values.size());
  for (size_t v = 0; v < graph_.values.size(); ++v) {
    if (graph_.values[v].constant == nullptr) continue;
    slots[v] = RunValue::Tensor(graph_.values[v].constant);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    slots[static_cast<size_t>(graph_.inputs[i])] = std::move(inputs[i]);
  }
  for (Item& item : items_) {
    ONNXIFI_RETURN_IF_ERROR(
        item.segment != nullptr ? RunSegment(item, scope, slots)
        : item.late != nullptr  ? RunLate(item, scope, slots)
                                : RunEvaluated(item, scope, slots));
    for (const ValueId id : item.last_reads) {
      slots[static_cast<size_t>(id)] = RunValue();
    }
  }
  for (const ValueId id : graph_.outputs) {
    outputs->push_back(slots[static_cast<size_t>(id)]);
  }
  return Status::Ok();
}

Status ValueGraph::RunSegment(Item& item, RunScope& scope, Slots& slots) {
  PlanCache::Shapes shapes;
  std::vector<const void*> in;
  for (const ValueId id : item.inputs) {
    const RunValue& value = slots[static_cast<size_t>(id)];
    const graph::Value& declared = graph_.value(id);
    if (!value.is_tensor() || value.tensor->type != declared.type) {
      return Status(
          ONNXIFI_STATUS_MISMATCHING_DATATYPE,
          StrCat("value '", declared.name, "' is ",
                 value.is_tensor() ? graph::DataTypeName(value.tensor->type)
                                   : RunValueKindName(value.kind),
                 ", but ", graph::DataTypeName(declared.type),
                 " in the model"));
    }
    shapes.push_back(value.tensor->dims);
    in.push_back(value.tensor->data);
  }
  ONNXIFI_ASSIGN_OR_RETURN(const std::shared_ptr<Executable> program,
                           item.plans.Get(*item.segment, shapes));
  std::vector<void*> out;
  bool gives_strings = false;
  for (size_t i = 0; i < item.outputs.size(); ++i) {
    gives_strings |= program->output_types()[i] == graph::DataType::kString;
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor made,
                             graph::MakeTensor(program->output_types()[i],
                                               program->output_shapes()[i]));
    out.push_back(made.data);
    slots[static_cast<size_t>(item.outputs[i])] =
        RunValue::Tensor(std::move(made.tensor));
  }
  // The cache may drop the program while its strings are in use.
  if (gives_strings) scope.keep.push_back(program);
  const onnxStatus status = program->Run(in, out);
  if (status == ONNXIFI_STATUS_SUCCESS) return Status::Ok();
  return Status(status,
                StrCat("graph '", graph_.name,
                       "': an index or a size in the data is out of range"));
}

Status ValueGraph::RunLate(Item& item, RunScope& scope, Slots& slots) {
  const graph::Node& node = *item.node;
  std::vector<TensorPtr> inputs;
  for (const ValueId id : node.inputs) {
    if (id == kNoValue) {
      inputs.push_back(nullptr);
      continue;
    }
    const RunValue& value = slots[static_cast<size_t>(id)];
    if (!value.is_tensor()) return Missing(node, graph_.value(id).name);
    inputs.push_back(value.tensor);
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<TensorPtr> outputs,
                           item.late->Run(inputs));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] == nullptr) continue;
    RunValue value = RunValue::Tensor(std::move(outputs[i]));
    KeepStrings(value, scope);
    slots[static_cast<size_t>(node.outputs[i])] = std::move(value);
  }
  return Status::Ok();
}

Status ValueGraph::RunEvaluated(Item& item, RunScope& scope, Slots& slots) {
  for (const ValueId id : item.node->inputs) {
    if (id != kNoValue &&
        slots[static_cast<size_t>(id)].kind == RunValue::Kind::kNone) {
      return Missing(*item.node, graph_.value(id).name);
    }
  }
  Context context(*this, item, scope, slots);
  ONNXIFI_RETURN_IF_ERROR(item.kernel->evaluate(context));
  return context.Commit();
}

namespace {

bool IsNumberTensor(const graph::Value& value) {
  return value.kind == graph::Value::Kind::kTensor &&
         value.type != graph::DataType::kString;
}

// True when every node can be planned and every value that crosses the
// interface is a tensor of numbers.
bool CanBePlanned(const graph::Graph& graph, const OpRegistry& registry) {
  const auto plain = [&](ValueId id) {
    return IsNumberTensor(graph.value(id));
  };
  if (!std::all_of(graph.inputs.begin(), graph.inputs.end(), plain) ||
      !std::all_of(graph.outputs.begin(), graph.outputs.end(), plain)) {
    return false;
  }
  const GraphFacts facts(graph);
  return std::all_of(
      graph.nodes.begin(), graph.nodes.end(), [&](const graph::Node& node) {
        Reject why;
        return IsPlanned(registry.Choose(NodeView(graph, node, &facts), &why));
      });
}

}  // namespace

Status CompiledGraph::RunValues(RunScope&, std::vector<RunValue>,
                                std::vector<RunValue>*) {
  return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                "a graph that is planned by shapes was run value by value");
}

Result<std::unique_ptr<CompiledGraph>> CompileGraph(graph::Graph graph,
                                                    const OpRegistry& registry,
                                                    const CompilerHooks& hooks,
                                                    ThreadPool& pool) {
  graph::RemoveDeadNodes(graph);
  if (CanBePlanned(graph, registry)) {
    return GraphCompiler::Create(std::move(graph), registry, hooks, pool);
  }
  const AlignedMemory::KeepFreed keep_freed;
  ONNXIFI_ASSIGN_OR_RETURN(
      std::unique_ptr<ValueGraph> made,
      ValueGraph::Create(std::move(graph), registry, hooks, pool));
  return std::unique_ptr<CompiledGraph>(std::move(made));
}

}  // namespace onnxifi
