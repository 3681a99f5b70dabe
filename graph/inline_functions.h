#ifndef ONNXIFI_GRAPH_INLINE_FUNCTIONS_H_
#define ONNXIFI_GRAPH_INLINE_FUNCTIONS_H_

#include <onnx/onnx_pb.h>

#include "base/status.h"

namespace onnxifi::graph {

// Replaces calls of model-local functions by their bodies. Refuses recursion
// and a result above the node limit before anything grows. The model has
// passed CheckStructure.
Status InlineFunctions(onnx::ModelProto* model);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_INLINE_FUNCTIONS_H_
