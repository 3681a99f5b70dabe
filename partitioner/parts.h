#ifndef ONNXIFI_PARTITIONER_PARTS_H_
#define ONNXIFI_PARTITIONER_PARTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.h"
#include "partitioner/graph_problem.h"
#include "partitioner/runs.h"

namespace onnxifi::partitioner {

// The nodes of one run, and which of their results others need.
struct Part {
  int32_t device = 0;
  // Its one node is run by the host, and the bodies of that are shared.
  bool split = false;
  std::vector<size_t> nodes;            // ascending
  std::vector<graph::ValueId> outputs;  // ascending
};

// One part for each run, in the order of the runs: what a part reads, an
// earlier one gives. Nodes that are `split` are parts of their own, which cuts
// the run around them. A value that several runs make is given by the first. No
// output is a constant or an input of the graph.
std::vector<Part> MakeParts(const graph::Graph& graph,
                            const GraphProblem& problem,
                            std::span<const Run> runs,
                            const std::vector<bool>& split = {});

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PARTS_H_
