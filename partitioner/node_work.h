#ifndef ONNXIFI_PARTITIONER_NODE_WORK_H_
#define ONNXIFI_PARTITIONER_NODE_WORK_H_

#include <cstdint>

#include "graph/graph.h"
#include "partitioner/device.h"

namespace onnxifi::partitioner {

// How much there is to do for a node, as far as the shapes are known; a
// dimension that is not counts as 1. Not negative; very large work is cut off.
struct NodeWork {
  double macs = 0;    // multiply-adds
  double bytes = 0;   // read and written
  bool half = false;  // computes in a type of 16 bits
};
NodeWork WorkOf(const graph::Graph& graph, const graph::Node& node);

// Bytes of a value under the same assumption; a string counts 16.
int64_t BytesOf(const graph::Value& value);

// The longer of computing and moving; what a device does not tell is left
// out. At least `kLeastNodeNs`.
inline constexpr Ns kLeastNodeNs = 500;
Ns RooflineNs(const NodeWork& work, const DeviceFigures& figures);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_NODE_WORK_H_
