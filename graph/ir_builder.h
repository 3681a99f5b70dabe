#ifndef ONNXIFI_GRAPH_IR_BUILDER_H_
#define ONNXIFI_GRAPH_IR_BUILDER_H_

#include <onnx/onnx_pb.h>

#include <vector>

#include "base/status.h"
#include "graph/graph.h"
#include "graph/infer_alike.h"
#include "graph/wire_tensor.h"

namespace onnxifi::graph {

// Builds the IR of a checked and inferred model; `types` are what InferTypes
// gave beside it, `tensors` those of its skeleton. Constant nodes become
// constants of their output.
Result<Graph> BuildGraph(const onnx::ModelProto& model, const ValueTypes& types,
                         const std::vector<WireTensor>& tensors);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_IR_BUILDER_H_
