#ifndef ONNXIFI_PARTITIONER_LOCAL_SEARCH_H_
#define ONNXIFI_PARTITIONER_LOCAL_SEARCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "partitioner/placement.h"
#include "partitioner/runs.h"

namespace onnxifi::partitioner {

// Improves a placement under the exact objective, launches included, until no
// move helps or the effort is spent: moving a run, or a connected part of one,
// or one op to another device, and running an op on several devices where that
// is cheaper than copying its results. Never makes a placement worse. The same
// result on every machine: effort is counted in steps, not in time.
class LocalSearch {
 public:
  LocalSearch(const Problem& problem, const Links& links);

  // `steps` is about the number of ops and links that may be looked at.
  void Improve(Placement* placement, Cost* cost, int64_t steps, bool replicate);

 private:
  struct Move {
    int32_t first = 0;  // into members_
    int32_t count = 0;
    int32_t device = 0;
    bool replica = false;  // toggles a replica in place of moving home
    Ns delta = 0;          // of execution and copies
  };

  void CollectRunMoves();
  void CollectParts(const Run& run);
  void CollectOpMoves();
  void CollectReplicaMoves();
  void AddMove(std::span<const int32_t> ops, int32_t device, bool replica);
  bool Allowed(const Move& move) const;
  std::span<const int32_t> Ops(const Move& move) const {
    return {members_.data() + move.first, static_cast<size_t>(move.count)};
  }
  void Toggle(const Move& move);
  Ns LocalCost(const Move& move);
  Ns Delta(const Move& move);
  bool Try(const Move& move);
  bool Pass();

  const Problem& problem_;
  const Links& links_;
  RunBuilder runs_;
  const bool limits_;
  Placement* placement_ = nullptr;
  Cost* cost_ = nullptr;
  int64_t steps_ = 0;
  int64_t recount_steps_ = 0;
  Ns most_launch_ = 0;
  std::vector<Move> moves_;
  std::vector<int32_t> members_;
  std::vector<int32_t> old_home_;
  std::vector<int32_t> seen_tensor_, part_;
  int32_t stamp_ = 0;
};

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_LOCAL_SEARCH_H_
