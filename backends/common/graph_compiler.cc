#include "backends/common/graph_compiler.h"

#include <algorithm>
#include <cstring>

#include "backends/common/fold_constants.h"
#include "backends/common/plan_builder.h"
#include "base/aligned_memory.h"
#include "base/str_cat.h"

namespace onnxifi {

namespace {

bool AllFixed(const graph::Graph& graph) {
  for (const graph::ValueId id : graph.inputs) {
    const graph::Value& value = graph.value(id);
    if (!value.has_shape || std::any_of(value.dims.begin(), value.dims.end(),
                                        [](int64_t dim) { return dim < 0; })) {
      return false;
    }
  }
  return true;
}

std::vector<graph::Shape> FixedShapes(const graph::Graph& graph) {
  std::vector<graph::Shape> shapes;
  for (const graph::ValueId id : graph.inputs) {
    shapes.push_back(graph.value(id).dims);
  }
  return shapes;
}

}  // namespace

GraphCompiler::GraphCompiler(graph::Graph graph, const CompilerHooks& hooks,
                             ThreadPool& pool)
    : graph_(std::move(graph)), hooks_(hooks), pool_(pool) {}

Result<std::unique_ptr<CompiledGraph>> GraphCompiler::Create(
    graph::Graph graph, const OpRegistry& registry, const CompilerHooks& hooks,
    ThreadPool& pool) {
  std::unique_ptr<GraphCompiler> compiler(
      new GraphCompiler(std::move(graph), hooks, pool));
  ONNXIFI_RETURN_IF_ERROR(compiler->Compile(registry));
  return std::unique_ptr<CompiledGraph>(std::move(compiler));
}

Status GraphCompiler::Compile(const OpRegistry& registry) {
  const AlignedMemory::KeepFreed keep_freed;
  graph::RemoveDeadNodes(graph_);
  FoldConstants(graph_, registry, hooks_, pool_);
  if (hooks_.rewrite != nullptr) {
    ONNXIFI_RETURN_IF_ERROR(hooks_.rewrite(graph_));
    FoldConstants(graph_, registry, hooks_, pool_);
  }
  graph::RemoveDeadNodes(graph_);
  ONNXIFI_RETURN_IF_ERROR(ChooseKernels(registry));
  fixed_shapes_ = AllFixed(graph_);
  if (!fixed_shapes_) return graph::OwnConstants(graph_);
  first_shapes_ = FixedShapes(graph_);
  ONNXIFI_ASSIGN_OR_RETURN(fixed_, Plan(first_shapes_));
  ONNXIFI_ASSIGN_OR_RETURN(first_, LinkProgram(fixed_, pool_, hooks_));
  graph_ = graph::Graph();
  kernels_.clear();
  packed_ = PackCache();
  return Status::Ok();
}

Status GraphCompiler::ChooseKernels(const OpRegistry& registry) {
  GraphFacts facts(graph_);
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    const graph::Node& node = graph_.nodes[i];
    Reject why;
    const OpKernel* kernel =
        registry.Find(NodeView(graph_, node, &facts), &why);
    if (kernel == nullptr) {
      return Status(RejectStatus(why.reason),
                    StrCat("node '", node.name, "' (", node.op_type,
                           "): ", RejectText(why.reason), ": ", why.detail));
    }
    if (kernel->prepare == nullptr) {
      return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                    StrCat("node '", node.name, "' (", node.op_type,
                           "): its kernel cannot be planned"));
    }
    if (kernel->nondeterministic) facts.SetOpaque(graph_, i);
    kernels_.push_back(kernel);
  }
  return Status::Ok();
}

Result<std::shared_ptr<const ProgramSpec>> GraphCompiler::Plan(
    const std::vector<graph::Shape>& input_shapes) {
  const PlanEnvironment env{&graph_, &kernels_,
                            &hooks_, &packed_,
                            &pool_,  fixed_shapes_ ? &graph_ : nullptr};
  ONNXIFI_ASSIGN_OR_RETURN(onnxifi::Plan plan,
                           PlanBuilder(env, true).Build(input_shapes));
  return BindPlan(std::move(plan));
}

Result<std::unique_ptr<Executable>> GraphCompiler::Specialize(
    const std::vector<graph::Shape>& input_shapes) {
  if (!fixed_shapes_) {
    ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const ProgramSpec> spec,
                             Plan(input_shapes));
    return LinkProgram(std::move(spec), pool_, hooks_);
  }
  if (input_shapes != first_shapes_) {
    return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                  "the model fixes its input shapes; bind exactly those");
  }
  if (first_ != nullptr) return std::move(first_);
  return LinkProgram(fixed_, pool_, hooks_);
}

}  // namespace onnxifi
