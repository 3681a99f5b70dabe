#ifndef ONNXIFI_BACKENDS_COMMON_VALUE_GRAPH_H_
#define ONNXIFI_BACKENDS_COMMON_VALUE_GRAPH_H_

#include <memory>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/late_node.h"
#include "backends/common/op_table.h"
#include "backends/common/plan.h"
#include "backends/common/plan_cache.h"
#include "backends/common/value_partition.h"

namespace onnxifi {

class RunControl;

// A graph that cannot be one flat program: something in it decides shapes
// during the run, or is no tensor. Nodes that can be planned are gathered into
// segments, each compiled like a graph of its own and run as a flat program;
// the others are evaluated between them, one by one. Bodies of If, Loop and
// Scan are such graphs again. Thread-compatible.
class ValueGraph final : public CompiledGraph {
 public:
  static Result<std::unique_ptr<ValueGraph>> Create(graph::Graph graph,
                                                    const OpRegistry& registry,
                                                    const CompilerHooks& hooks,
                                                    ThreadPool& pool);
  ~ValueGraph() override;

  bool by_value() const override { return true; }
  Result<std::unique_ptr<Executable>> Specialize(
      const std::vector<graph::Shape>& input_shapes) override;
  Status RunValues(RunScope& scope, std::vector<RunValue> inputs,
                   std::vector<RunValue>* outputs) override;

 private:
  class Context;
  struct Body {
    std::string attribute;
    std::unique_ptr<ValueGraph> graph;
    std::vector<graph::ValueId> captured;
  };
  // A segment, a late node or an evaluated node.
  struct Item {
    std::unique_ptr<CompiledGraph> segment;
    PlanCache plans;
    std::vector<graph::ValueId> inputs;   // of the segment
    std::vector<graph::ValueId> outputs;  // of the segment
    std::unique_ptr<LateNode> late;
    const OpKernel* kernel = nullptr;  // of an evaluated node
    const graph::Node* node = nullptr;
    std::vector<Body> bodies;
    std::vector<graph::ValueId> last_reads;  // nobody needs these afterwards
  };
  using Slots = std::vector<RunValue>;

  ValueGraph(graph::Graph graph, const OpRegistry& registry,
             const CompilerHooks& hooks, ThreadPool& pool);
  static Result<std::unique_ptr<ValueGraph>> CreateBody(
      graph::Graph graph, const ValueGraph& outer);
  Status Build(bool is_body);
  Status AddSegment(const ValuePartition::Stage& stage);
  Status AddNode(const graph::Node& node, const OpChoice& choice);
  Result<std::vector<Body>> MakeBodies(const graph::Node& node) const;
  Status OwnConstants();
  void FindLastReads();
  Status CheckSegmentInput(graph::ValueId id, const RunValue& value) const;
  Status RunItem(Item& item, RunScope& scope, Slots& slots);
  Status RunControlled(Item& item, RunScope& scope, Slots& slots,
                       RunControl& control);
  Status RunSegment(Item& item, RunScope& scope, Slots& slots);
  Status RunLate(Item& item, RunScope& scope, Slots& slots);
  Status RunEvaluated(Item& item, const OpKernel& kernel, RunScope& scope,
                      Slots& slots);

  graph::Graph graph_;
  const OpRegistry& registry_;
  const CompilerHooks hooks_;
  ThreadPool& pool_;
  std::vector<Item> items_;
  PackCache packed_;
};

// Compiles a graph: as one flat program per set of shapes where that can be,
// value by value otherwise. `registry` outlives the result.
Result<std::unique_ptr<CompiledGraph>> CompileGraph(graph::Graph graph,
                                                    const OpRegistry& registry,
                                                    const CompilerHooks& hooks,
                                                    ThreadPool& pool);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_VALUE_GRAPH_H_
