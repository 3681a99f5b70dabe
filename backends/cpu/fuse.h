#ifndef ONNXIFI_BACKENDS_CPU_FUSE_H_
#define ONNXIFI_BACKENDS_CPU_FUSE_H_

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::cpu {

// Rewrites a graph whose constants are folded into fewer, larger operators
// (batch normalisation into weights, activations and residual sums into
// convolutions, ...). Results change only by rounding. Nodes stay in
// topological order; what is no longer read is removed.
Status FuseGraph(graph::Graph& graph);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_FUSE_H_
