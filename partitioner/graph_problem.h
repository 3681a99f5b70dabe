#ifndef ONNXIFI_PARTITIONER_GRAPH_PROBLEM_H_
#define ONNXIFI_PARTITIONER_GRAPH_PROBLEM_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "partitioner/device.h"
#include "partitioner/problem.h"
#include "partitioner/support.h"

namespace onnxifi::partitioner {

// The node gives something else each time.
bool IsRandom(const graph::Node& node);

// What the cost model knows of one device. The first one is the host.
struct DeviceView {
  std::string name;
  DeviceFigures figures;
  bool carries_values = false;       // interface 1.1
  std::vector<NodeSupport> support;  // [node]
  // [node] what its bodies take in one run of it, when the device does not
  // tell a time for all. Empty: nothing.
  std::vector<Ns> bodies_ns;
  // Of the host, [node]: what the node takes when its bodies are shared among
  // devices; kCannot: they are not. Empty: no node's are.
  std::vector<Ns> split_ns;
};

// What one run of a node takes on a device that runs it: a vendor's estimate
// where there is one, else the roofline of the device's figures, four times
// that under emulation, and its bodies.
Ns EstimateNs(const graph::Graph& graph, size_t node, const DeviceView& device);

// A graph as a problem for the optimiser, and the way back.
struct GraphProblem {
  Problem problem;
  std::vector<std::vector<size_t>> nodes;  // [op] of the graph, ascending
  std::vector<int32_t> op_of;              // [node]
  std::vector<graph::ValueId> values;      // [tensor]

  // The nodes of some ops, ascending.
  std::vector<size_t> NodesOf(std::span<const int32_t> ops) const;
};

// Times are those of EstimateNs, or `split_ns` where that is less. Nodes that a
// device wants together are one op, unless that would make a circle: then the
// device does not get them. A node whose values only interface 1.1 can carry is not for a plugin of 1.0.
//
// UNSUPPORTED_OPERATOR, or what the host says, when nobody runs a node: the
// message names it and why. Requires support for each node on each device.
Result<GraphProblem> MakeGraphProblem(const graph::Graph& graph,
                                      std::span<const DeviceView> devices);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_GRAPH_PROBLEM_H_
