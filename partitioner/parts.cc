#include "partitioner/parts.h"

#include <algorithm>

namespace onnxifi::partitioner {

std::vector<Part> MakeParts(const graph::Graph& graph,
                            const GraphProblem& problem,
                            std::span<const Run> runs) {
  const std::vector<std::vector<graph::ValueId>> reads = graph::Reads(graph);
  std::vector<Part> parts;
  // [value] the part that gives it, and the last one that made it.
  std::vector<int32_t> giver(graph.values.size(), -1);
  std::vector<int32_t> maker(graph.values.size(), -1);
  std::vector<bool> needed(graph.values.size(), false);
  for (const Run& run : runs) {
    const auto self = static_cast<int32_t>(parts.size());
    Part part;
    part.device = run.device;
    part.nodes = problem.NodesOf(run.ops);
    for (const size_t n : part.nodes) {
      for (const graph::ValueId id : reads[n]) {
        const auto v = static_cast<size_t>(id);
        if (maker[v] != self && giver[v] >= 0) needed[v] = true;
      }
      for (const graph::ValueId id : graph.nodes[n].outputs) {
        if (id == graph::kNoValue) continue;
        const auto v = static_cast<size_t>(id);
        maker[v] = self;
        if (giver[v] < 0) giver[v] = self;
      }
    }
    parts.push_back(std::move(part));
  }
  for (const graph::ValueId id : graph.outputs) {
    needed[static_cast<size_t>(id)] = true;
  }
  for (size_t v = 0; v < needed.size(); ++v) {
    if (!needed[v] || giver[v] < 0) continue;
    parts[static_cast<size_t>(giver[v])].outputs.push_back(
        static_cast<graph::ValueId>(v));
  }
  return parts;
}

}  // namespace onnxifi::partitioner
