#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_EXPAND_GRADIENTS_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_EXPAND_GRADIENTS_H_

#include "base/status.h"
#include "graph/graph.h"
#include "graph/limits.h"

namespace onnxifi {

// Puts ordinary nodes that compute the derivatives in place of each Gradient
// node (domain ai.onnx.preview.training), in bodies too. The graph is as it was
// read: its values still have the names that Gradient nodes refer to. A graph
// without one stays as it is; one that would have more nodes than `max_nodes`
// is refused.
Status ExpandGradients(graph::Graph& graph,
                       int64_t max_nodes = graph::kMaxNodes);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_EXPAND_GRADIENTS_H_
