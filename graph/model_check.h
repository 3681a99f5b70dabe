#ifndef ONNXIFI_GRAPH_MODEL_CHECK_H_
#define ONNXIFI_GRAPH_MODEL_CHECK_H_

#include <onnx/onnx_pb.h>

#include "base/status.h"
#include "graph/node_kinds.h"

namespace onnxifi::graph {

// What ONNX's checker does not tell apart, does not check, or would print
// about. Run in this order; each may throw what ONNX's library throws.

// IR and operator set versions; afterwards "" is the only name of ai.onnx and
// every model imports at least one operator set.
Status CheckVersions(onnx::ModelProto* model);

// Names, domains, operators and declared types of the graph, its subgraphs
// and the functions. Rewrites the domain "ai.onnx" to "", unknown dimensions
// written as -1 to absent ones.
Status CheckStructure(onnx::ModelProto* model);

// ONNX's checker over graph and functions. `kinds` are those of the main
// graph's nodes.
void RunChecker(const onnx::ModelProto& model, const NodeKinds& kinds);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_MODEL_CHECK_H_
