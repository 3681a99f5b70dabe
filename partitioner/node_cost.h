#ifndef ONNXIFI_PARTITIONER_NODE_COST_H_
#define ONNXIFI_PARTITIONER_NODE_COST_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "graph/graph.h"
#include "partitioner/graph_problem.h"

namespace onnxifi::partitioner {

// Where the time of a node on a device comes from, the most trusted first.
enum class CostSource : uint8_t { kMeasured, kTold, kRoofline };
inline constexpr size_t kCostSources = 3;
// "measured", "told", "roofline".
const char* CostSourceName(CostSource source);

struct NodeCost {
  Ns ns = 0;  // 1 to kMostNodeNs
  CostSource source = CostSource::kRoofline;
};

// The time of a node on a device that runs it: what was measured, else the
// vendor's estimate, else the roofline of the device's figures, where emulation
// costs four times, and what its bodies take.
NodeCost CostOfNode(const graph::Graph& graph, size_t node,
                    const DeviceView& device);

// How many nodes have their cost from where.
using SourceCounts = std::array<size_t, kCostSources>;  // by CostSource
// Of the nodes that the device runs.
SourceCounts CountSources(const graph::Graph& graph, const DeviceView& device);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_NODE_COST_H_
