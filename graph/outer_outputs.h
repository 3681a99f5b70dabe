#ifndef ONNXIFI_GRAPH_OUTER_OUTPUTS_H_
#define ONNXIFI_GRAPH_OUTER_OUTPUTS_H_

#include <onnx/onnx_pb.h>

namespace onnxifi::graph {

// A body may return a value of an outer graph as it is. ONNX's checker wants a
// node of the body to make every output: puts an Identity there.
void WrapOuterOutputs(onnx::ModelProto* model);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_OUTER_OUTPUTS_H_
