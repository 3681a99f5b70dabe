#ifndef ONNXIFI_GRAPH_NODE_KINDS_H_
#define ONNXIFI_GRAPH_NODE_KINDS_H_

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <vector>

namespace onnxifi::graph {

// Which nodes of a graph are alike: the same operator with the same attributes
// and the same inputs and outputs given, whatever their names. What ONNX's
// library says of one it says of all. Immutable.
class NodeKinds {
 public:
  // Of a node whose attributes hold tensors, types or much: like no other.
  static constexpr int32_t kNone = -1;

  explicit NodeKinds(const onnx::GraphProto& graph);

  // From 0, or kNone.
  int32_t of(int node) const { return kinds_[static_cast<size_t>(node)]; }
  int32_t count() const { return count_; }
  bool has_bodies() const { return has_bodies_; }

 private:
  std::vector<int32_t> kinds_;
  int32_t count_ = 0;
  bool has_bodies_ = false;
};

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_NODE_KINDS_H_
