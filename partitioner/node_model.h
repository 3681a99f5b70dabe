#ifndef ONNXIFI_PARTITIONER_NODE_MODEL_H_
#define ONNXIFI_PARTITIONER_NODE_MODEL_H_

#include <cstddef>
#include <string>
#include <vector>

#include "graph/extract.h"
#include "graph/graph.h"

namespace onnxifi::partitioner {

// A node as a graph of its own, with its constants and all its outputs. Names
// do not matter, so that equal nodes make equal models; those of a node with
// bodies stay, as the bodies refer to them.
graph::Extract ExtractNode(const graph::Graph& graph, size_t node);

// What nodes whose times are equal have in common: operator, version,
// attributes, and the types and shapes of their operands; of small constants
// of whole numbers also the values, which are axes or shapes, but not of
// weights. "Conv 0123456789abcdef", the same in every process. Empty for a
// node whose time cannot be measured alone: it has bodies, or operands that are
// no tensors of a known type and shape, or too large ones.
std::string NodeKey(const graph::Graph& graph, size_t node);
std::vector<std::string> NodeKeys(const graph::Graph& graph);
// Whether the text could be one.
bool IsNodeKey(const std::string& text);

// FNV-1a, as 16 hexadecimal digits.
std::string HashText(const std::string& text);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_NODE_MODEL_H_
