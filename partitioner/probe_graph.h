#ifndef ONNXIFI_PARTITIONER_PROBE_GRAPH_H_
#define ONNXIFI_PARTITIONER_PROBE_GRAPH_H_

#include <cstdint>
#include <string>

#include "graph/graph.h"

namespace onnxifi::partitioner {

// Small graphs for seeing what launches and copies take. Version and operator
// sets are those of a graph that the device has taken.

// Unary nodes on tensors of `elements` floats: `length` of them one after the
// other, `width` of these chains side by side.
graph::Graph UnaryProbe(const graph::Graph& like, const std::string& op_type,
                        int64_t elements, int length, int width);

// The first few of `elements` floats: nothing large but its input.
graph::Graph SliceProbe(const graph::Graph& like, int64_t elements);
inline constexpr int64_t kSliceElements = 16;

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PROBE_GRAPH_H_
