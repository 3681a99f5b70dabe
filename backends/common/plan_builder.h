#ifndef ONNXIFI_BACKENDS_COMMON_PLAN_BUILDER_H_
#define ONNXIFI_BACKENDS_COMMON_PLAN_BUILDER_H_

#include <memory>
#include <vector>

#include "backends/common/op_kernel.h"
#include "backends/common/plan.h"

namespace onnxifi {

// Everything about a compiled graph that its plans share.
struct PlanEnvironment {
  const graph::Graph* graph = nullptr;
  const std::vector<const OpKernel*>* kernels = nullptr;  // one per node
  const CompilerHooks* hooks = nullptr;
  PackCache* packed = nullptr;
  ThreadPool* pool = nullptr;
  // Set when this is the graph's only plan: constants whose one reader has
  // packed them are dropped from here at once.
  graph::Graph* consumed = nullptr;
};

// Plans a graph for concrete input shapes: prepares each node in order,
// inserts reorders, evaluates at once what only depends on constants and
// shapes. Used once, by one thread.
class PlanBuilder {
 public:
  // `fold` false: every node becomes a step (used to evaluate single nodes).
  PlanBuilder(const PlanEnvironment& environment, bool fold);
  ~PlanBuilder();

  Result<Plan> Build(const std::vector<graph::Shape>& input_shapes);

 private:
  friend class NodePlanner;

  Status AddInputs(const std::vector<graph::Shape>& input_shapes);
  Status AddConstants();
  Status PlanNode(size_t index);
  Status AddOutputs();
  Result<bool> TryFold(const graph::Node& node, const OpKernel& kernel);
  bool AllInputsKnown(const graph::Node& node) const;

  // The tensor that holds `value` in `layout`; adds a reorder when needed.
  Result<TensorId> InLayout(graph::ValueId value, Layout layout);
  // The first tensor made for the value; kNoTensor when there is none yet.
  TensorId Primary(graph::ValueId value) const;
  void Bind(graph::ValueId value, TensorId tensor);
  TensorId AddConstant(const graph::TensorPtr& tensor);
  // The step just planned does not read the value's data any more.
  void Release(graph::ValueId value);
  // Plain data of the value if it is known now.
  graph::TensorPtr Known(graph::ValueId value) const;

  const PlanEnvironment& env_;
  const bool fold_;
  GraphFacts facts_;
  Plan plan_;
  std::vector<std::vector<TensorId>> tensors_of_;  // per value
  std::vector<int32_t> uses_;                      // per value
};

// Runs one deterministic node on known inputs (nullptr = omitted) and
// returns its outputs (nullptr = omitted). `packed` may be shared by nodes
// that are evaluated one after the other.
Result<std::vector<graph::TensorPtr>> EvaluateNode(
    const graph::Graph& graph, const graph::Node& node, const OpKernel& kernel,
    const std::vector<graph::TensorPtr>& inputs, const CompilerHooks& hooks,
    PackCache& packed, ThreadPool& pool);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_PLAN_BUILDER_H_
