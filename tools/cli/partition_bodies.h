#ifndef ONNXIFI_TOOLS_CLI_PARTITION_BODIES_H_
#define ONNXIFI_TOOLS_CLI_PARTITION_BODIES_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "partitioner/placer.h"

namespace onnxifi::client {

// A body that is placed on its own, and the way to it.
struct PlacedBody {
  std::string path;  // "loop1/body"
  double iterations = 0;
  const graph::Graph* graph = nullptr;
  const partitioner::Placer* placer = nullptr;
  partitioner::Placing placing;
};

// The bodies of a placed graph whose nodes are split, each followed by those
// in it. They refer to the placer.
std::vector<PlacedBody> PlacedBodies(const graph::Graph& graph,
                                     const partitioner::Placer& placer,
                                     const partitioner::Placing& placing);

// A line for each node of the bodies.
void PrintBodyNodes(const std::vector<PlacedBody>& bodies);

// Adds the nodes of the bodies to `nodes` of the report, under their paths, and
// `bodies`. Devices are numbered as in `used`.
void AddBodies(const std::vector<PlacedBody>& bodies,
               const std::vector<size_t>& used, nlohmann::json* report);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_PARTITION_BODIES_H_
