#ifndef ONNXIFI_BACKENDS_OPENCL_FUSE_H_
#define ONNXIFI_BACKENDS_OPENCL_FUSE_H_

#include "backends/common/fusion/graph_editor.h"
#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::opencl {

// Rewrites a graph whose constants are folded into fewer, larger operators.
Status FuseGraph(graph::Graph& graph);

// The last steps of it: groups of element-wise nodes, which then go into the
// products in front of them.
void FuseElements(GraphEditor& editor);
void FuseProducts(GraphEditor& editor);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_FUSE_H_
