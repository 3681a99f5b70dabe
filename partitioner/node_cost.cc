#include "partitioner/node_cost.h"

#include <algorithm>

#include "partitioner/calibration.h"
#include "partitioner/node_work.h"

namespace onnxifi::partitioner {
namespace {

constexpr Ns kEmulationPenalty = 4;

}  // namespace

const char* CostSourceName(CostSource source) {
  switch (source) {
    case CostSource::kMeasured:
      return "measured";
    case CostSource::kTold:
      return "told";
    default:
      return "roofline";
  }
}

NodeCost CostOfNode(const graph::Graph& graph, size_t node,
                    const DeviceView& device) {
  const NodeSupport unknown;
  const NodeSupport& support =
      device.support.empty() ? unknown : device.support[node];
  if (node < device.measured.size() && device.measured[node] >= 0) {
    return {std::clamp<Ns>(device.measured[node], 1, kMostNodeNs),
            CostSource::kMeasured};
  }
  if (support.cost_ns >= 0) {
    return {std::clamp<Ns>(support.cost_ns, 1, kMostNodeNs), CostSource::kTold};
  }
  const Ns ns = RooflineNs(WorkOf(graph, graph.nodes[node]), device.figures);
  const Ns bodies = device.bodies_ns.empty() ? 0 : device.bodies_ns[node];
  return {std::min(ns * (support.emulated ? kEmulationPenalty : 1) + bodies,
                   kMostNodeNs),
          CostSource::kRoofline};
}

SourceCounts CountSources(const graph::Graph& graph, const DeviceView& device) {
  SourceCounts counts = {};
  for (size_t n = 0; n < device.support.size(); ++n) {
    if (!device.support[n].supported) continue;
    ++counts[static_cast<size_t>(CostOfNode(graph, n, device).source)];
  }
  return counts;
}

}  // namespace onnxifi::partitioner
