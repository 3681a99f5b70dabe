#ifndef ONNXIFI_BACKENDS_COMMON_FAILED_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_FAILED_NODE_H_

#include <string>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi {

// "Conv", or "domain:Name" outside of ONNX's own domain.
inline std::string OperatorName(const graph::Node& node) {
  return node.domain.empty() ? node.op_type : node.domain + ":" + node.op_type;
}

// `failure` about the node, unless it already names one inside of it.
inline Status FailureAt(const Status& failure, const graph::Node& node) {
  if (failure.ok() || !failure.node().op.empty()) return failure;
  return failure.At({node.name, OperatorName(node)});
}

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_FAILED_NODE_H_
