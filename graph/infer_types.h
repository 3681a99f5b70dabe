#ifndef ONNXIFI_GRAPH_INFER_TYPES_H_
#define ONNXIFI_GRAPH_INFER_TYPES_H_

#include <onnx/onnx_pb.h>

#include <vector>

#include "base/status.h"
#include "graph/wire_tensor.h"

namespace onnxifi::graph {

// Puts the true dims back into a checked skeleton's tensors.
void RestoreDims(const std::vector<WireTensor>& tensors,
                 onnx::ModelProto* model);

// Runs ONNX's inference over the whole model; the results are in
// graph.value_info and graph.output. A declared type or shape that
// contradicts what is inferred is MISMATCHING_DATATYPE or MISMATCHING_SHAPE.
Status InferTypes(onnx::ModelProto* model);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_INFER_TYPES_H_
