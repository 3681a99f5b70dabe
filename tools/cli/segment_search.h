#ifndef ONNXIFI_TOOLS_CLI_SEGMENT_SEARCH_H_
#define ONNXIFI_TOOLS_CLI_SEGMENT_SEARCH_H_

#include <cstddef>
#include <functional>

#include "base/status.h"

namespace onnxifi::client {

// Nodes begin, ..., end - 1 of a graph in topological order.
struct Segment {
  size_t begin = 0;
  size_t end = 0;

  size_t size() const { return end - begin; }
};

// Whether the model's outputs differ when these nodes run on the tested
// backend and all others on the reference.
using SegmentDiffers = std::function<Result<bool>(const Segment&)>;

// A segment that makes the outputs differ, while without its first or without
// its last node they are equal. Halves the nodes, so that it asks a number of
// times that grows with the logarithm of their number; where every segment
// with a wrong node differs, it finds the first wrong node and nothing else.
// Requires that all `nodes` together differ.
Result<Segment> FindSegment(size_t nodes, const SegmentDiffers& differs);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_SEGMENT_SEARCH_H_
