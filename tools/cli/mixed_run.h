#ifndef ONNXIFI_TOOLS_CLI_MIXED_RUN_H_
#define ONNXIFI_TOOLS_CLI_MIXED_RUN_H_

#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status.h"
#include "client/host_value.h"
#include "graph/extract.h"
#include "graph/graph.h"
#include "tools/cli/graph_runner.h"
#include "tools/cli/segment_search.h"

namespace onnxifi::client {

// Runs one graph on one set of inputs, some of its nodes on a backend under
// test and the others on a reference. Single-threaded.
class MixedRun {
 public:
  // The graph and the runners must outlive the object. `inputs` are those of
  // the graph, by name; what the graph does not have is left out.
  static Result<MixedRun> Make(const graph::Graph& graph,
                               const GraphRunner& reference,
                               const GraphRunner& tested,
                               const std::vector<HostValue>& inputs);

  // The graph's outputs, each once, but those that no node makes.
  Result<std::vector<HostValue>> Outputs(const Segment& on_tested);
  // The same with these on the reference and all others on the tested one.
  Result<std::vector<HostValue>> OutputsWithout(const Segment& on_tested);

  // A segment by itself, with the values that the reference gives to it.
  struct Alone {
    graph::Extract part;
    std::vector<HostValue> inputs;
    std::vector<HostValue> want;  // the reference's results
    std::vector<HostValue> got;
  };
  Result<Alone> RunAlone(const Segment& segment);

  // Graphs that have been run.
  size_t runs() const { return runs_; }

 private:
  using Values = std::unordered_map<graph::ValueId, HostValue>;
  struct Stretch {
    Segment nodes;
    const GraphRunner* runner;
  };

  MixedRun(const graph::Graph& graph, const GraphRunner& reference,
           const GraphRunner& tested)
      : graph_(graph), reference_(reference), tested_(tested) {}

  graph::Extract ExtractOf(const Segment& segment) const;
  // Moves the inputs of a part out of the values, and back.
  std::vector<HostValue> Take(const graph::Extract& part, Values* values);
  void GiveBack(const graph::Extract& part, std::vector<HostValue> taken,
                Values* values);
  Status Run(const Stretch& stretch, Values* values);
  Result<std::vector<HostValue>> RunAll(const std::vector<Stretch>& stretches);

  const graph::Graph& graph_;
  const GraphRunner& reference_;
  const GraphRunner& tested_;
  Values inputs_;
  size_t runs_ = 0;
};

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_MIXED_RUN_H_
