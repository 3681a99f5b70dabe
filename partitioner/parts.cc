#include "partitioner/parts.h"

#include <algorithm>

namespace onnxifi::partitioner {
namespace {

// The runs as parts without outputs. Nodes in ascending order are in
// topological order, so that a run may be cut anywhere.
std::vector<Part> CutRuns(const GraphProblem& problem,
                          std::span<const Run> runs,
                          const std::vector<bool>& split) {
  std::vector<Part> parts;
  for (const Run& run : runs) {
    bool fresh = true;
    for (const size_t n : problem.NodesOf(run.ops)) {
      const bool alone = run.device == kHost && n < split.size() && split[n];
      if (fresh || alone) parts.push_back({run.device, alone, {}, {}});
      parts.back().nodes.push_back(n);
      fresh = alone;
    }
  }
  return parts;
}

}  // namespace

std::vector<Part> MakeParts(const graph::Graph& graph,
                            const GraphProblem& problem,
                            std::span<const Run> runs,
                            const std::vector<bool>& split) {
  const std::vector<std::vector<graph::ValueId>> reads = graph::Reads(graph);
  std::vector<Part> parts = CutRuns(problem, runs, split);
  // [value] the part that gives it, and the last one that made it.
  std::vector<int32_t> giver(graph.values.size(), -1);
  std::vector<int32_t> maker(graph.values.size(), -1);
  std::vector<bool> needed(graph.values.size(), false);
  for (size_t p = 0; p < parts.size(); ++p) {
    const auto self = static_cast<int32_t>(p);
    for (const size_t n : parts[p].nodes) {
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
