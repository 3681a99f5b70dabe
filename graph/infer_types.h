#ifndef ONNXIFI_GRAPH_INFER_TYPES_H_
#define ONNXIFI_GRAPH_INFER_TYPES_H_

#include <google/protobuf/arena.h>
#include <onnx/onnx_pb.h>

#include <vector>

#include "base/status.h"
#include "graph/infer_alike.h"
#include "graph/node_kinds.h"
#include "graph/wire_tensor.h"

namespace onnxifi::graph {

// Puts the true dims back into a checked skeleton's tensors.
void RestoreDims(const std::vector<WireTensor>& tensors,
                 onnx::ModelProto* model);

// Runs ONNX's inference over the whole model. What it finds for the main graph
// is in `types`, or in graph.value_info and graph.output when that is empty;
// for bodies it is always in the model. A declared type or shape that
// contradicts what is inferred is MISMATCHING_DATATYPE or MISMATCHING_SHAPE.
// `kinds` are those of the main graph; types may lie in `arena`.
Status InferTypes(onnx::ModelProto* model,
                  const std::vector<WireTensor>& tensors,
                  const NodeKinds& kinds, google::protobuf::Arena* arena,
                  ValueTypes* types);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_INFER_TYPES_H_
