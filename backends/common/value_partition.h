#ifndef ONNXIFI_BACKENDS_COMMON_VALUE_PARTITION_H_
#define ONNXIFI_BACKENDS_COMMON_VALUE_PARTITION_H_

#include <vector>

#include "backends/common/op_table.h"
#include "graph/graph.h"

namespace onnxifi {

// How the nodes of a graph that runs value by value are divided.
struct ValuePartition {
  // One segment of planned nodes, then the nodes that are not planned and that
  // need no later segment. Node indices, ascending.
  struct Stage {
    std::vector<size_t> planned;
    // Computations on shapes that an earlier segment does as well. Done again
    // here, their results are known when this segment is planned; a plan keeps
    // no step for them.
    std::vector<size_t> repeated;
    std::vector<graph::ValueId> outputs;  // of `planned`, read elsewhere
    std::vector<size_t> others;
  };
  std::vector<OpChoice> choices;  // one per node
  std::vector<Stage> stages;
};

// Chooses how each node runs and divides the graph. Dimensions that inference
// derived from what only the run decides are opened. `is_body`: the shapes of
// inputs are promises that nobody has checked.
Result<ValuePartition> PartitionGraph(graph::Graph& graph, bool is_body,
                                      const OpRegistry& registry);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_VALUE_PARTITION_H_
