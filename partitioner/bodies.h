#ifndef ONNXIFI_PARTITIONER_BODIES_H_
#define ONNXIFI_PARTITIONER_BODIES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "partitioner/problem.h"

namespace onnxifi::partitioner {

// A body of a node as a graph of its own. What it captures are inputs behind
// those that it declares.
struct Body {
  size_t node = 0;  // of the outer graph
  std::string attribute;
  graph::Graph graph;
  std::vector<graph::ValueId> captured;  // of the outer graph
};

// It is known how the operator runs its bodies, so that somebody else than a
// device can do that: If, Loop, Scan, SequenceMap.
bool CanShareBodies(const graph::Node& node);

// The bodies of all such nodes, by node.
std::vector<Body> BodiesOf(const graph::Graph& graph);

// The outputs of a graph that its nodes make, each once.
std::vector<graph::ValueId> MadeOutputs(const graph::Graph& graph);

// What a node name in a body looks like from outside: "loop1/body/".
std::string PathInto(const graph::Node& node, std::string_view attribute);

bool HasNode(const graph::Graph& graph, std::string_view name);

// How often the body runs, as far as the model tells: the constant number of a
// Loop, the length of what a Scan scans, half for each branch of an If.
// Numbers that are not known, or so large that they stand for "until the
// condition says no", count as `kAssumedIterations`.
inline constexpr int64_t kAssumedIterations = 10;
inline constexpr int64_t kMostIterations = 1'000'000;
double Iterations(const graph::Graph& graph, const graph::Node& node);

// So many times this long.
Ns Repeated(double times, Ns one);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_BODIES_H_
