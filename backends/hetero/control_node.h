#ifndef ONNXIFI_BACKENDS_HETERO_CONTROL_NODE_H_
#define ONNXIFI_BACKENDS_HETERO_CONTROL_NODE_H_

#include <memory>
#include <string>
#include <vector>

#include "backends/common/backend.h"
#include "backends/common/op_kernel.h"
#include "backends/common/run_value.h"
#include "backends/hetero/report.h"
#include "base/thread_pool.h"
#include "partitioner/placer.h"

namespace onnxifi::hetero {

// A node with bodies that the host runs itself, each of its bodies being a
// graph whose parts run on several devices. One thread at a time.
class ControlNode {
 public:
  // Node `index` of the graph, whose bodies `placer` places; both outlive this.
  static Result<std::unique_ptr<ControlNode>> Create(
      const graph::Graph& graph, size_t index, partitioner::Placer& placer,
      const Report& report);

  // Reads the values of the graph from `slots`, constants from the graph, and
  // puts the node's results there. `scope` keeps what they refer to.
  Status Run(RunScope& scope, std::vector<RunValue>* slots);

 private:
  class Context;
  struct Body {
    std::string attribute;
    std::unique_ptr<CompiledGraph> graph;
    std::vector<graph::ValueId> captured;
  };

  ControlNode(const graph::Graph& graph, const graph::Node& node,
              const OpKernel& kernel)
      : graph_(graph), node_(node), kernel_(kernel) {}
  Result<std::vector<RunValue>> Inputs(
      const std::vector<RunValue>& slots) const;

  const graph::Graph& graph_;
  const graph::Node& node_;
  const OpKernel& kernel_;
  std::vector<Body> bodies_;
  // What kernels may ask for; those that run bodies have no work of their own.
  PackCache packed_;
  ThreadPool pool_{1};
};

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_CONTROL_NODE_H_
