#ifndef ONNXIFI_BACKENDS_COMMON_OPS_UNPOOL_NODE_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_UNPOOL_NODE_H_

#include "backends/common/op_kernel.h"

namespace onnxifi {

// Shapes of MaxUnpool.
struct UnpoolShapes {
  graph::Shape inner;  // what indices count in
  graph::Shape out;    // at least as large along every axis
};
// Errors name the node.
Result<UnpoolShapes> ReadUnpool(const PrepareContext& ctx);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_UNPOOL_NODE_H_
