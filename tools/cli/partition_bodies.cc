#include "tools/cli/partition_bodies.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
namespace {

using nlohmann::json;
using partitioner::Ns;
using partitioner::Placer;
using partitioner::Placing;

void Collect(const graph::Graph& graph, const Placer& placer,
             const Placing& placing, const std::string& path,
             std::vector<PlacedBody>* found) {
  for (const Placer::Inner& inner : placer.inner()) {
    if (!placing.IsSplit(inner.body.node)) continue;
    const graph::Node& node = graph.nodes[inner.body.node];
    // It has been placed with the graph around it: this is the same again.
    Result<Placing> inside = inner.placer->Place(inner.body.graph);
    if (!inside.ok()) continue;
    PlacedBody body;
    body.path = StrCat(path, node.name, "/", inner.body.attribute);
    body.iterations = partitioner::Iterations(graph, node);
    body.graph = &inner.body.graph;
    body.placer = inner.placer.get();
    body.placing = std::move(inside).value();
    const Placing copy = body.placing;
    const std::string within = body.path + "/";
    found->push_back(std::move(body));
    Collect(inner.body.graph, *inner.placer, copy, within, found);
  }
}

// Calls `visit` with each node of a body: its number, its device's place in
// the body's problem.
template <typename Visit>
void ForEachNode(const PlacedBody& body, const Visit& visit) {
  for (size_t n = 0; n < body.placing.problem.op_of.size(); ++n) {
    const auto op = static_cast<size_t>(body.placing.problem.op_of[n]);
    visit(n, static_cast<size_t>(body.placing.placement.home[op]));
  }
}

const partitioner::DeviceView& ViewOf(const PlacedBody& body, size_t device) {
  return body.placer->views()[body.placing.used[device]];
}

Ns TimeOf(const PlacedBody& body, size_t node, size_t device) {
  const partitioner::GraphProblem& problem = body.placing.problem;
  return problem.problem.ExecNs(problem.op_of[node], static_cast<int>(device));
}

json NodeJson(const PlacedBody& body, size_t n, size_t home,
              const std::vector<size_t>& used) {
  const auto number = [&](size_t device) {
    const auto at =
        std::find(used.begin(), used.end(), body.placing.used[device]);
    return static_cast<size_t>(at - used.begin());
  };
  json there = json::array();
  for (size_t d = 0; d < body.placing.used.size(); ++d) {
    json one = {{"device", number(d)}};
    const Ns ns = TimeOf(body, n, d);
    if (ns == partitioner::kCannot) {
      one["reason"] = EscapeText(ViewOf(body, d).support[n].reason);
    } else {
      one["ns"] = ns;
    }
    there.push_back(std::move(one));
  }
  const graph::Node& node = body.graph->nodes[n];
  json told = {{"name", EscapeText(StrCat(body.path, "/", node.name))},
               {"operator", EscapeText(node.op_type)},
               {"device", number(home)},
               {"costs", std::move(there)}};
  if (body.placing.IsSplit(n)) told["split"] = true;
  return told;
}

}  // namespace

std::vector<PlacedBody> PlacedBodies(const graph::Graph& graph,
                                     const Placer& placer,
                                     const Placing& placing) {
  std::vector<PlacedBody> found;
  Collect(graph, placer, placing, "", &found);
  return found;
}

void PrintBodyNodes(const std::vector<PlacedBody>& bodies) {
  for (const PlacedBody& body : bodies) {
    ForEachNode(body, [&](size_t n, size_t home) {
      const graph::Node& node = body.graph->nodes[n];
      std::printf("node %s (%s)  on %s",
                  EscapeText(StrCat(body.path, "/", node.name)).c_str(),
                  EscapeText(node.op_type).c_str(),
                  EscapeText(ViewOf(body, home).name).c_str());
      for (size_t d = 0; d < body.placing.used.size(); ++d) {
        const Ns ns = TimeOf(body, n, d);
        std::printf(
            "; %s: %s", EscapeText(ViewOf(body, d).name).c_str(),
            ns == partitioner::kCannot
                ? EscapeText(ViewOf(body, d).support[n].reason).c_str()
                : StrCat(FixedText(static_cast<double>(ns) / 1000, 1), " us")
                      .c_str());
      }
      std::printf("\n");
    });
  }
}

void AddBodies(const std::vector<PlacedBody>& bodies,
               const std::vector<size_t>& used, json* report) {
  (*report)["bodies"] = json::array();
  for (const PlacedBody& body : bodies) {
    ForEachNode(body, [&](size_t n, size_t home) {
      (*report)["nodes"].push_back(NodeJson(body, n, home, used));
    });
    const partitioner::Cost& cost = body.placing.cost;
    (*report)["bodies"].push_back({{"path", EscapeText(body.path)},
                                   {"iterations", body.iterations},
                                   {"cost_ns",
                                    {{"total", cost.Total()},
                                     {"exec", cost.exec},
                                     {"copy", cost.copy},
                                     {"launch", cost.launch},
                                     {"runs", cost.runs}}}});
  }
}

}  // namespace onnxifi::client
