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

// The nodes at these indices, which are ascending and whose order holds, with
// these of their results as outputs. Constants come along; what bodies capture
// becomes an input like any other.
Extract ExtractNodes(const Graph& whole, std::span<const size_t> nodes,
                     std::span<const ValueId> outputs);

// What of the results of these nodes other nodes read, or the graph gives.
std::vector<ValueId> ResultsUsedElsewhere(const Graph& whole,
                                          std::span<const size_t> nodes);

// Joins a body of one of outer's nodes with what its captures stand for now:
// they take over type, shape and constant of the outer value. Captures that
// are not constant become inputs of the body, behind those it has; returns
// the outer values that they stand for.
std::vector<ValueId> BindCaptures(const Graph& outer, Graph* body);

// Forgets what the model tells about the value's shape. Of the rank a hint is
// left, an empty symbol for each dimension, for operators that leave the form
// of their result open.
void OpenShape(Value* value);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_EXTRACT_H_
