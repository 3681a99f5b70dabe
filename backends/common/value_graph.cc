#include "backends/common/value_graph.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/common/failed_node.h"
#include "backends/common/fold_constants.h"
#include "backends/common/graph_compiler.h"
#include "backends/common/inline_branches.h"
#include "backends/common/run_control.h"
#include "backends/common/value_memory.h"
#include "base/aligned_memory.h"
#include "base/futex.h"
#include "base/str_cat.h"
#include "graph/extract.h"

namespace onnxifi {

using graph::kNoValue;
using graph::TensorPtr;
using graph::ValueId;

namespace {

// Keeps strings that a program's steps own: it can be dropped for a newer one
// while the run still has what it made.
void KeepProgram(const std::shared_ptr<const void>& program, RunScope& scope) {
  if (scope.keep.empty() || scope.keep.back() != program) {
    scope.keep.push_back(program);
  }
}

void Simplify(graph::Graph& graph, const OpRegistry& registry,
              const CompilerHooks& hooks, ThreadPool& pool) {
  do {
    graph::RemoveDeadNodes(graph);
    FoldConstants(graph, registry, hooks, pool);
  } while (InlineBranches(graph));
  graph::RemoveDeadNodes(graph);
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
  ONNXIFI_RETURN_IF_ERROR(made->Build(false));
  return made;
}

Result<std::unique_ptr<ValueGraph>> ValueGraph::CreateBody(
    graph::Graph graph, const ValueGraph& outer) {
  std::unique_ptr<ValueGraph> made(new ValueGraph(
      std::move(graph), outer.registry_, outer.hooks_, outer.pool_));
  ONNXIFI_RETURN_IF_ERROR(made->Build(true));
  return made;
}

Status ValueGraph::Build(bool is_body) {
  Simplify(graph_, registry_, hooks_, pool_);
  ONNXIFI_ASSIGN_OR_RETURN(const ValuePartition partition,
                           PartitionGraph(graph_, is_body, registry_));
  for (const ValuePartition::Stage& stage : partition.stages) {
    // Without outputs, others do again what little of it is needed.
    if (!stage.outputs.empty()) ONNXIFI_RETURN_IF_ERROR(AddSegment(stage));
    for (const size_t i : stage.others) {
      ONNXIFI_RETURN_IF_ERROR(AddNode(graph_.nodes[i], partition.choices[i]));
    }
  }
  FindLastReads();
  return OwnConstants();
}

Status ValueGraph::AddSegment(const ValuePartition::Stage& stage) {
  std::vector<size_t> nodes;
  std::merge(stage.planned.begin(), stage.planned.end(), stage.repeated.begin(),
             stage.repeated.end(), std::back_inserter(nodes));
  graph::Extract part = graph::ExtractNodes(graph_, nodes, stage.outputs);
  Item item;
  item.inputs = std::move(part.inputs);
  item.outputs = std::move(part.outputs);
  ONNXIFI_ASSIGN_OR_RETURN(
      item.segment,
      GraphCompiler::Create(std::move(part.graph), registry_, hooks_, pool_));
  items_.push_back(std::move(item));
  return Status::Ok();
}

Status ValueGraph::AddNode(const graph::Node& node, const OpChoice& choice) {
  Item item;
  item.node = &node;
  if (choice.mode == OpChoice::Mode::kLate) {
    item.late =
        std::make_unique<LateNode>(graph_, node, registry_, hooks_, pool_);
  } else {
    item.kernel = choice.kernel;
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
    body.captured = graph::BindCaptures(graph_, &copy);
    Result<std::unique_ptr<ValueGraph>> made =
        CreateBody(std::move(copy), *this);
    if (!made.ok()) {
      return made.status().WithContext(StrCat(
          "node '", node.name, "' (", node.op_type, "), ", attribute.name));
    }
    body.graph = std::move(made).value();
    bodies.push_back(std::move(body));
  }
  return bodies;
}

// Segments own their constants. The others may lie in the client's memory, at
// any alignment.
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
    } else if (constant->owner == nullptr) {
      ONNXIFI_ASSIGN_OR_RETURN(constant, CopyTensor(*constant));
    } else {
      ONNXIFI_ASSIGN_OR_RETURN(constant, AlignedTensor(constant));
    }
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
    ONNXIFI_RETURN_IF_ERROR(AlignValue(&inputs[i]));
    slots[static_cast<size_t>(graph_.inputs[i])] = std::move(inputs[i]);
  }
  RunControl* const control = RunControl::Current();
  // A body without nodes would never be asked otherwise.
  if (control != nullptr && items_.empty()) {
    ONNXIFI_RETURN_IF_ERROR(StoppedStatus(control->StopCode()));
  }
  for (Item& item : items_) {
    const Status status = control == nullptr
                              ? RunItem(item, scope, slots)
                              : RunControlled(item, scope, slots, *control);
    if (!status.ok()) {
      const bool about_node = item.node != nullptr && !IsStopped(status.code());
      return about_node ? FailureAt(status, *item.node) : status;
    }
    for (const ValueId id : item.last_reads) {
      slots[static_cast<size_t>(id)] = RunValue();
    }
  }
  for (const ValueId id : graph_.outputs) {
    outputs->push_back(slots[static_cast<size_t>(id)]);
  }
  return Status::Ok();
}

Status ValueGraph::RunItem(Item& item, RunScope& scope, Slots& slots) {
  if (item.segment != nullptr) return RunSegment(item, scope, slots);
  if (item.late != nullptr) return RunLate(item, scope, slots);
  return RunEvaluated(item, *item.kernel, scope, slots);
}

// The same for a run that can be stopped, or that is profiled.
Status ValueGraph::RunControlled(Item& item, RunScope& scope, Slots& slots,
                                 RunControl& control) {
  ONNXIFI_RETURN_IF_ERROR(StoppedStatus(control.StopCode()));
  // A program tells of its own nodes.
  if (!control.profiled || item.node == nullptr) {
    return RunItem(item, scope, slots);
  }
  const int64_t start = NowNs();
  ONNXIFI_RETURN_IF_ERROR(RunItem(item, scope, slots));
  control.AddNode(item.node->name, OperatorName(*item.node), start);
  return Status::Ok();
}

// Kernels were chosen for the type that the model tells.
Status ValueGraph::CheckSegmentInput(ValueId id, const RunValue& value) const {
  const graph::Value& declared = graph_.value(id);
  if (value.is_tensor() && value.tensor->type == declared.type) {
    return Status::Ok();
  }
  return Status(
      ONNXIFI_STATUS_MISMATCHING_DATATYPE,
      StrCat("value '", declared.name, "' is ",
             value.is_tensor() ? graph::DataTypeName(value.tensor->type)
                               : RunValueKindName(value.kind),
             ", but ", graph::DataTypeName(declared.type), " in the model"));
}

Status ValueGraph::RunSegment(Item& item, RunScope& scope, Slots& slots) {
  PlanCache::Shapes shapes;
  std::vector<const void*> in;
  for (const ValueId id : item.inputs) {
    const RunValue& value = slots[static_cast<size_t>(id)];
    ONNXIFI_RETURN_IF_ERROR(CheckSegmentInput(id, value));
    shapes.push_back(value.tensor->dims);
    in.push_back(value.tensor->data);
  }
  ONNXIFI_ASSIGN_OR_RETURN(const std::shared_ptr<Executable> program,
                           item.plans.Get(*item.segment, shapes));
  std::vector<void*> out;
  bool strings = false;
  for (size_t i = 0; i < item.outputs.size(); ++i) {
    const graph::DataType type = program->output_types()[i];
    strings = strings || type == graph::DataType::kString;
    ONNXIFI_ASSIGN_OR_RETURN(
        graph::NewTensor made,
        graph::MakeTensor(type, program->output_shapes()[i]));
    out.push_back(made.data);
    slots[static_cast<size_t>(item.outputs[i])] =
        RunValue::Tensor(std::move(made.tensor));
  }
  if (strings) KeepProgram(program, scope);
  const onnxStatus status = program->Run(in, out);
  if (status == ONNXIFI_STATUS_SUCCESS) return Status::Ok();
  if (IsStopped(status)) return StoppedStatus(status);
  return Status(status,
                StrCat("graph '", graph_.name,
                       "': an index or a size in the data is out of range"));
}

Status ValueGraph::RunLate(Item& item, RunScope& scope, Slots& slots) {
  const graph::Node& node = *item.node;
  std::vector<RunValue> inputs;
  for (const ValueId id : node.inputs) {
    inputs.push_back(id == kNoValue ? RunValue()
                                    : slots[static_cast<size_t>(id)]);
    if (id != kNoValue && inputs.back().kind == RunValue::Kind::kNone) {
      return Missing(node, graph_.value(id).name);
    }
  }
  ONNXIFI_ASSIGN_OR_RETURN(const LateNode::Way* way, item.late->Find(inputs));
  if (way->evaluated != nullptr) {
    return RunEvaluated(item, *way->evaluated, scope, slots);
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<TensorPtr> outputs,
                           item.late->Run(*way, inputs));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] == nullptr) continue;
    if (outputs[i]->type == graph::DataType::kString) {
      KeepProgram(way->program, scope);
    }
    slots[static_cast<size_t>(node.outputs[i])] =
        RunValue::Tensor(std::move(outputs[i]));
  }
  return Status::Ok();
}

Status ValueGraph::RunEvaluated(Item& item, const OpKernel& kernel,
                                RunScope& scope, Slots& slots) {
  for (const ValueId id : item.node->inputs) {
    if (id != kNoValue &&
        slots[static_cast<size_t>(id)].kind == RunValue::Kind::kNone) {
      return Missing(*item.node, graph_.value(id).name);
    }
  }
  Context context(*this, item, scope, slots);
  ONNXIFI_RETURN_IF_ERROR(kernel.evaluate(context));
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
  GraphFacts facts(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Reject why;
    const OpChoice choice =
        registry.Choose(NodeView(graph, graph.nodes[i], &facts), &why);
    if (choice.mode != OpChoice::Mode::kPlanned) return false;
    if (choice.kernel->nondeterministic) facts.SetOpaque(graph, i);
  }
  return true;
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
  const AlignedMemory::KeepFreed keep_freed;
  graph::RemoveDeadNodes(graph);
  bool planned = CanBePlanned(graph, registry);
  if (!planned) {
    // What stands in the way may depend on constants alone.
    Simplify(graph, registry, hooks, pool);
    planned = CanBePlanned(graph, registry);
  }
  if (planned) {
    return GraphCompiler::Create(std::move(graph), registry, hooks, pool);
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      std::unique_ptr<ValueGraph> made,
      ValueGraph::Create(std::move(graph), registry, hooks, pool));
  return std::unique_ptr<CompiledGraph>(std::move(made));
}

}  // namespace onnxifi
