#ifndef ONNXIFI_GRAPH_GRADIENT_NAMES_H_
#define ONNXIFI_GRAPH_GRADIENT_NAMES_H_

#include <onnx/onnx_pb.h>

namespace onnxifi::graph {

// A Gradient node names tensors in attributes, which ONNX's inliner does not
// rename. Before it runs, each graph of a function with such nodes gets one
// more node per Gradient that has the names as inputs, where the inliner does
// rename them.
void AddNameCarriers(onnx::ModelProto* model);

// Afterwards: writes the names back and removes those nodes.
void TakeNameCarriers(onnx::ModelProto* model);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_GRADIENT_NAMES_H_
