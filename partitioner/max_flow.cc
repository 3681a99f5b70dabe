#include "partitioner/max_flow.h"

#include <algorithm>

namespace onnxifi::partitioner {
namespace {

size_t Index(int32_t i) { return static_cast<size_t>(i); }

}  // namespace

FlowNetwork::FlowNetwork(int32_t nodes) : nodes_(nodes) {}

void FlowNetwork::AddArc(int32_t from, int32_t to, int64_t capacity,
                         int64_t back) {
  to_.push_back(to);
  to_.push_back(from);
  left_.push_back(std::min(capacity, kInfinite));
  left_.push_back(std::min(back, kInfinite));
}

// Arcs by the node that they leave, in the order in which they were added.
void FlowNetwork::BuildIndex() {
  first_.assign(Index(nodes_) + 1, 0);
  const auto tail = [this](size_t arc) { return Index(to_[arc ^ 1]); };
  for (size_t arc = 0; arc < to_.size(); ++arc) ++first_[tail(arc) + 1];
  for (size_t v = 0; v < Index(nodes_); ++v) first_[v + 1] += first_[v];
  arcs_.resize(to_.size());
  std::vector<int32_t> place(first_.begin(), first_.end() - 1);
  for (size_t arc = 0; arc < to_.size(); ++arc) {
    arcs_[Index(place[tail(arc)]++)] = static_cast<int32_t>(arc);
  }
}

bool FlowNetwork::BuildLevels() {
  level_.assign(Index(nodes_), -1);
  level_[Index(source_)] = 0;
  queue_.assign(1, source_);
  for (size_t head = 0; head < queue_.size(); ++head) {
    const size_t v = Index(queue_[head]);
    for (int32_t i = first_[v]; i < first_[v + 1]; ++i) {
      const size_t arc = Index(arcs_[Index(i)]);
      int32_t& level = level_[Index(to_[arc])];
      if (left_[arc] == 0 || level >= 0) continue;
      level = level_[v] + 1;
      queue_.push_back(to_[arc]);
    }
  }
  return level_[Index(sink_)] >= 0;
}

// A blocking flow along levels, without recursion: models are deep.
int64_t FlowNetwork::Augment() {
  next_.assign(first_.begin(), first_.end() - 1);
  path_.clear();
  int64_t total = 0;
  int32_t v = source_;
  for (;;) {
    if (v == sink_) {
      int64_t flow = INT64_MAX;
      for (const int32_t arc : path_) flow = std::min(flow, left_[Index(arc)]);
      total = total > kInfinite ? total : total + flow;
      size_t kept = path_.size();
      for (size_t i = path_.size(); i-- > 0;) {
        const size_t arc = Index(path_[i]);
        left_[arc] -= flow;
        left_[arc ^ 1] += flow;
        if (left_[arc] == 0) kept = i;
      }
      v = to_[Index(path_[kept]) ^ 1];
      path_.resize(kept);
      continue;
    }
    int32_t& i = next_[Index(v)];
    const int32_t end = first_[Index(v) + 1];
    for (; i < end; ++i) {
      const size_t arc = Index(arcs_[Index(i)]);
      if (left_[arc] > 0 && level_[Index(to_[arc])] == level_[Index(v)] + 1) {
        break;
      }
    }
    if (i < end) {
      path_.push_back(arcs_[Index(i)]);
      v = to_[Index(path_.back())];
      continue;
    }
    if (v == source_) return total;
    level_[Index(v)] = -1;  // a dead end
    v = to_[Index(path_.back()) ^ 1];
    path_.pop_back();
    ++next_[Index(v)];
  }
}

int64_t FlowNetwork::Solve(int32_t source, int32_t sink) {
  source_ = source;
  sink_ = sink;
  BuildIndex();
  int64_t total = 0;
  while (BuildLevels()) {
    total += Augment();
    // More can only add to what no cut may contain.
    if (total >= kInfinite) return kInfinite;
  }
  return total;
}

}  // namespace onnxifi::partitioner
