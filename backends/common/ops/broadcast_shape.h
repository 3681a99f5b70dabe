#ifndef ONNXIFI_BACKENDS_COMMON_OPS_BROADCAST_SHAPE_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_BROADCAST_SHAPE_H_

#include <span>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi {

// The NumPy broadcast of the shapes; an error that names the node when two
// dimensions differ and neither is 1.
Result<graph::Shape> BroadcastShape(const graph::Node& node,
                                    std::span<const graph::Shape> shapes);

// The shape of B as opset < 7 places it beside A: B's dimensions start at the
// `axis` attribute of A (default: suffix), trailing ones are appended. Without
// broadcast=1 both shapes must be equal.
Result<graph::Shape> LegacyBroadcastShape(const graph::Node& node,
                                          const graph::Shape& a,
                                          const graph::Shape& b);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_BROADCAST_SHAPE_H_
