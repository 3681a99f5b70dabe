#ifndef ONNXIFI_BACKENDS_OPENCL_FUSE_H_
#define ONNXIFI_BACKENDS_OPENCL_FUSE_H_

#include "backends/common/fusion/graph_editor.h"
#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::opencl {

// Rewrites a graph whose constants are folded into fewer, larger operators.
Status FuseGraph(graph::Graph& graph);

// The last step of it: groups of element-wise nodes.
void FuseElements(GraphEditor& editor);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_FUSE_H_
