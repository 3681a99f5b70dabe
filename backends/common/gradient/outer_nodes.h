#ifndef ONNXIFI_BACKENDS_COMMON_GRADIENT_OUTER_NODES_H_
#define ONNXIFI_BACKENDS_COMMON_GRADIENT_OUTER_NODES_H_

#include <unordered_map>
#include <vector>

#include "backends/common/gradient/emitter.h"
#include "backends/common/gradient/scope.h"

namespace onnxifi::gradient {

// For a Gradient in a body: y may depend on the named tensors through nodes of
// the graphs around it. Those nodes are copied to the end of the body. Returns
// what stands for each value that the body captured from them.
std::unordered_map<graph::ValueId, graph::ValueId> ImportOuterNodes(
    Scope& body, Emitter& emitter, const std::vector<graph::ValueId>& named,
    graph::ValueId y);

}  // namespace onnxifi::gradient

#endif  // ONNXIFI_BACKENDS_COMMON_GRADIENT_OUTER_NODES_H_
