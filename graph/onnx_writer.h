#ifndef ONNXIFI_GRAPH_ONNX_WRITER_H_
#define ONNXIFI_GRAPH_ONNX_WRITER_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "graph/onnx_reader.h"

namespace onnxifi::graph {

// Serializes a graph as a ModelProto that ReadModel reads back to the same
// graph: constants become initializers, known types value_info. Fails with
// UNSUPPORTED_DATATYPE for a graph input without a type and with
// INVALID_PROTOBUF above protobuf's 2 GiB.
Result<std::string> WriteModel(const Graph& graph);

// A model and the weights that belong to it, as onnxInitGraph takes them.
struct SplitModel {
  std::string model;
  std::vector<NamedTensor> weights;  // share the graph's constants
  size_t constant_nodes = 0;         // Constant nodes, ahead of all others
};

// The same graph as a model whose large constants stay outside, where they
// are. It then has no initializers, which is what 1.0 asks for: small
// constants are Constant nodes. Without large ones there are no weights.
Result<SplitModel> WriteSplitModel(const Graph& graph);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_ONNX_WRITER_H_
