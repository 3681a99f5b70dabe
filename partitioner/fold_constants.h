#ifndef ONNXIFI_PARTITIONER_FOLD_CONSTANTS_H_
#define ONNXIFI_PARTITIONER_FOLD_CONSTANTS_H_

#include <functional>
#include <vector>

#include "base/status.h"
#include "graph/extract.h"
#include "graph/graph.h"

namespace onnxifi::partitioner {

// Runs a graph without inputs; one tensor for each of its outputs, which owns
// its data.
using ComputeConstants =
    std::function<Result<std::vector<graph::TensorPtr>>(const graph::Extract&)>;

// Has what depends on nothing but constants computed, and puts constants in its
// place: a weight that a model computes must not become something that passes
// between devices. Random nodes, nodes with bodies and DequantizeLinear, whose
// small input devices want to see, stay. Returns the nodes that are gone, in
// order; on failure the graph is as it was.
Result<std::vector<graph::Node>> FoldConstants(const ComputeConstants& compute,
                                               graph::Graph* graph);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_FOLD_CONSTANTS_H_
