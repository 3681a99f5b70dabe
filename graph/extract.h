#ifndef ONNXIFI_GRAPH_EXTRACT_H_
#define ONNXIFI_GRAPH_EXTRACT_H_

#include <span>
#include <vector>

#include "graph/graph.h"

namespace onnxifi::graph {

// A part of a graph as a graph of its own. `inputs` and `outputs` name the
// values of the whole graph that its inputs and outputs stand for.
struct Extract {
  Graph graph;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
};

// The nodes at these indices, which are ascending and whose order holds.
// Constants come along; every value that is read outside the part or is an
// output of the whole graph becomes an output.
Extract ExtractNodes(const Graph& whole, std::span<const size_t> nodes);

// The values of `outer` that `body`, a body of one of its nodes, captures and
// that are not constant, in the order of body.captures.
std::vector<ValueId> CapturedValues(const Graph& outer, const Graph& body);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_EXTRACT_H_
