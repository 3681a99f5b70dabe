#ifndef ONNXIFI_GRAPH_CHECK_ALIKE_H_
#define ONNXIFI_GRAPH_CHECK_ALIKE_H_

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include "graph/node_kinds.h"

namespace onnxifi::graph {

// True when onnx::checker::check_graph accepts a main graph whose nodes have
// no bodies; it is asked about one node of each kind. False, also by an
// exception of ONNX, says only that check_graph has to be asked.
bool PassesChecker(const onnx::GraphProto& graph, const NodeKinds& kinds,
                   const onnx::checker::CheckerContext& context);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_CHECK_ALIKE_H_
