#ifndef ONNXIFI_GRAPH_DECLARED_TYPES_H_
#define ONNXIFI_GRAPH_DECLARED_TYPES_H_

#include <onnx/onnx_pb.h>

#include "base/status.h"

namespace onnxifi::graph {

// Compares what a graph says about one value in several places: graph.input,
// initializer, graph.output, value_info. ONNX's inference would take the last
// and not notice. Subgraphs are left to inference.
Status CompareDeclarations(const onnx::GraphProto& graph);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_DECLARED_TYPES_H_
