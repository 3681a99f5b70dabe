#ifndef ONNXIFI_GRAPH_MODEL_NODES_H_
#define ONNXIFI_GRAPH_MODEL_NODES_H_

#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {

// One node of a model's main graph as its bytes have it, before anything is
// inlined or expanded. The names refer to the bytes; "" is an omitted value.
struct ModelNode {
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
};

// The nodes of the main graph, in their order. Walks over the fields and
// checks nothing but lengths and limits: the model may still be invalid.
Result<std::vector<ModelNode>> ReadModelNodes(Bytes model);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_MODEL_NODES_H_
