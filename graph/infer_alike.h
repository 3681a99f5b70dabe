#ifndef ONNXIFI_GRAPH_INFER_ALIKE_H_
#define ONNXIFI_GRAPH_INFER_ALIKE_H_

#include <google/protobuf/arena.h>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

#include <string_view>
#include <unordered_map>

#include "graph/node_kinds.h"

namespace onnxifi::graph {

// The types of a graph's values by name; the names are the model's.
using ValueTypes = std::unordered_map<std::string_view, const onnx::TypeProto*>;

// Does what onnx::shape_inference::InferShapes does, without data propagation,
// for a model without functions whose nodes have no bodies, but calls ONNX's
// function once for all nodes that are alike and read values of equal types.
// The model stays as it is; types that are new lie in `arena`. False, also by
// an exception of ONNX, says only that InferShapes has to be asked.
bool InferAlike(const onnx::ModelProto& model, const NodeKinds& kinds,
                const onnx::ISchemaRegistry& schemas,
                google::protobuf::Arena* arena, ValueTypes* types);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_INFER_ALIKE_H_
