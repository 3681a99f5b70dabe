#ifndef ONNXIFI_BACKENDS_COMMON_NODE_OWNERS_H_
#define ONNXIFI_BACKENDS_COMMON_NODE_OWNERS_H_

#include <cstddef>
#include <vector>

#include "graph/graph.h"
#include "graph/model_nodes.h"

namespace onnxifi::abi {

// A node of the graph and a node of the model that it is a part of.
struct NodeOwner {
  size_t node = 0;
  size_t owner = 0;
};

// Which nodes of a model its graph's nodes come from: calls of functions and
// Gradients have become several, Constants none. A node belongs to the one
// whose output it makes, else to the first that reads its results; when nobody
// reads them, to both neighbours, as one of them is right. In graph order;
// every node has an owner unless the model has no node.
std::vector<NodeOwner> FindOwners(const graph::Graph& graph,
                                  const graph::ModelNodes& model);

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_NODE_OWNERS_H_
