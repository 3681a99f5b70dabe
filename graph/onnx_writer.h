#ifndef ONNXIFI_GRAPH_ONNX_WRITER_H_
#define ONNXIFI_GRAPH_ONNX_WRITER_H_

#include <string>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::graph {

// Serializes a graph as a ModelProto that ReadModel reads back to the same
// graph: constants become initializers, known types value_info. Fails with
// UNSUPPORTED_DATATYPE where the IR does not keep what ONNX needs (the element
// type of a sequence, map or optional input, attributes of other kinds) and
// with INVALID_PROTOBUF above protobuf's 2 GiB.
Result<std::string> WriteModel(const Graph& graph);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_ONNX_WRITER_H_
