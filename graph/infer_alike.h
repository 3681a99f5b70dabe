#ifndef ONNXIFI_GRAPH_INFER_ALIKE_H_
#define ONNXIFI_GRAPH_INFER_ALIKE_H_

#include <google/protobuf/arena.h>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

#include <string_view>
#include <vector>

#include "graph/name_map.h"
#include "graph/node_kinds.h"
#include "graph/wire_tensor.h"

namespace onnxifi::graph {

// The types of a graph's values by name; the names are the model's.
using ValueTypes = NameMap<const onnx::TypeProto*>;

// The tensor that a message of the skeleton stands for; null when it is none.
const TensorData* TensorOf(const onnx::TensorProto& proto,
                           const std::vector<WireTensor>& tensors);

// Puts the data of a small tensor into its message.
void SetData(const TensorData& tensor, onnx::TensorProto* proto);

// Does what onnx::shape_inference::InferShapes does, without data propagation,
// for a model without functions whose nodes have no bodies, but calls ONNX's
// function once for all nodes that are alike and read values of equal types.
// The model stays as it is; types that are new lie in `arena`. False, also by
// an exception of ONNX, says only that InferShapes has to be asked.
bool InferAlike(const onnx::ModelProto& model,
                const std::vector<WireTensor>& tensors, const NodeKinds& kinds,
                const onnx::ISchemaRegistry& schemas,
                google::protobuf::Arena* arena, ValueTypes* types);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_INFER_ALIKE_H_
