#ifndef ONNXIFI_PARTITIONER_MAX_FLOW_H_
#define ONNXIFI_PARTITIONER_MAX_FLOW_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace onnxifi::partitioner {

// A network with whole capacities: the same cut on every machine. Arcs are
// added first, then Solve() is called once. Dinic's algorithm.
class FlowNetwork {
 public:
  // A capacity that no cut may contain.
  static constexpr int64_t kInfinite = INT64_MAX / 4;

  explicit FlowNetwork(int32_t nodes);

  int32_t AddNode() { return nodes_++; }
  // From `from` to `to`, and the other way with capacity `back`. Capacities
  // are not negative; what reaches kInfinite counts as that.
  void AddArc(int32_t from, int32_t to, int64_t capacity, int64_t back = 0);

  // The value of the smallest cut; kInfinite or more when every cut contains
  // an infinite arc.
  int64_t Solve(int32_t source, int32_t sink);
  // After Solve(): whether a node is on the source's side of the smallest cut
  // with the fewest nodes there.
  bool OnSourceSide(int32_t node) const {
    return level_[static_cast<size_t>(node)] >= 0;
  }

 private:
  void BuildIndex();
  bool BuildLevels();
  int64_t Augment();

  int32_t nodes_ = 0;
  int32_t source_ = 0;
  int32_t sink_ = 0;
  // Arc i and its opposite i ^ 1.
  std::vector<int32_t> to_;
  std::vector<int64_t> left_;   // capacity that is not used yet
  std::vector<int32_t> first_;  // [node] into arcs_; one more at the end
  std::vector<int32_t> arcs_;
  std::vector<int32_t> level_;  // distance from the source, -1: out of reach
  std::vector<int32_t> next_;   // [node] arcs that are not dead ends yet
  std::vector<int32_t> path_;
  std::vector<int32_t> queue_;
};

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_MAX_FLOW_H_
