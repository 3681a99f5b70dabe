#include "partitioner/local_search.h"

#include <algorithm>
#include <bit>

#include "partitioner/weights.h"

namespace onnxifi::partitioner {
namespace {

size_t Index(int32_t i) { return static_cast<size_t>(i); }

// A move of one op or run changes the number of runs by about this at most;
// moves that lose more elsewhere are not tried.
constexpr Ns kMostRunsSaved = 2;

}  // namespace

LocalSearch::LocalSearch(const Problem& problem, const Links& links)
    : problem_(problem),
      links_(links),
      runs_(problem, links),
      limits_(HasLimits(problem)),
      seen_tensor_(problem.tensors.size(), 0),
      part_(problem.ops.size(), -1) {
  recount_steps_ = static_cast<int64_t>(problem.ops.size());
  for (const auto& before : links.before) {
    recount_steps_ += static_cast<int64_t>(before.size());
  }
  for (const Ns launch : problem.launch) {
    most_launch_ = std::max(most_launch_, launch);
  }
}

bool LocalSearch::Allowed(const Move& move) const {
  for (const int32_t op : Ops(move)) {
    if (!problem_.Runs(op, move.device)) return false;
    const uint32_t bit = uint32_t{1} << move.device;
    const bool at_home = placement_->home[Index(op)] == move.device;
    const bool is_replica = (placement_->Mask(op) & bit) != 0 && !at_home;
    if (at_home || (is_replica && !move.replica)) return false;
    // A pin names the one place of an op.
    if (move.replica && problem_.pins[Index(op)] >= 0) return false;
  }
  return true;
}

void LocalSearch::AddMove(std::span<const int32_t> ops, int32_t device,
                          bool replica) {
  Move move;
  move.first = static_cast<int32_t>(members_.size());
  move.count = static_cast<int32_t>(ops.size());
  move.device = device;
  move.replica = replica;
  members_.insert(members_.end(), ops.begin(), ops.end());
  if (Allowed(move)) {
    move.delta = Delta(move);
    if (move.delta < kMostRunsSaved * most_launch_) {
      moves_.push_back(move);
      return;
    }
  }
  members_.resize(Index(move.first));
}

// Does a move, or undoes it: replicas toggle, homes change places with the
// remembered ones.
void LocalSearch::Toggle(const Move& move) {
  if (move.replica) {
    if (placement_->replicas.empty()) {
      placement_->replicas.assign(problem_.ops.size(), 0);
    }
    for (const int32_t op : Ops(move)) {
      placement_->replicas[Index(op)] ^= uint32_t{1} << move.device;
    }
    return;
  }
  size_t i = 0;
  for (const int32_t op : Ops(move)) {
    std::swap(placement_->home[Index(op)], old_home_[i++]);
  }
}

// Execution of the moved ops and copies of all tensors that they touch.
Ns LocalSearch::LocalCost(const Move& move) {
  ++stamp_;
  Ns total = 0;
  for (const int32_t op : Ops(move)) {
    for (uint32_t on = placement_->Mask(op); on != 0; on &= on - 1) {
      total += problem_.ExecNs(op, std::countr_zero(on));
    }
    const Op& what = problem_.ops[Index(op)];
    for (const auto* list : {&what.reads, &what.writes}) {
      for (const int32_t t : *list) {
        if (seen_tensor_[Index(t)] == stamp_) continue;
        seen_tensor_[Index(t)] = stamp_;
        total += TensorCopies(problem_, links_, *placement_, t);
        steps_ -= 1 + static_cast<int64_t>(links_.readers[Index(t)].size());
      }
    }
  }
  return total;
}

Ns LocalSearch::Delta(const Move& move) {
  old_home_.assign(Index(move.count), move.device);
  const Ns before = LocalCost(move);
  Toggle(move);
  const Ns after = LocalCost(move);
  Toggle(move);
  return after - before;
}

// Keeps the move when it lowers the exact cost.
bool LocalSearch::Try(const Move& move) {
  if (!Allowed(move)) return false;
  const Ns delta = Delta(move);
  if (delta >= kMostRunsSaved * most_launch_) return false;
  old_home_.assign(Index(move.count), move.device);
  Toggle(move);
  if (limits_ && !WeightsFit(problem_, *placement_)) {
    Toggle(move);
    return false;
  }
  Cost cost = CostWithoutLaunch(problem_, links_, *placement_);
  runs_.AddLaunch(*placement_, &cost);
  steps_ -= recount_steps_ * problem_.devices;
  if (cost.Total() < cost_->Total()) {
    *cost_ = cost;
    return true;
  }
  Toggle(move);
  return false;
}

void LocalSearch::CollectRunMoves() {
  const std::vector<Run> runs = runs_.Build(*placement_);
  for (const Run& run : runs) {
    for (int32_t d = 0; d < problem_.devices; ++d) {
      if (d != run.device) AddMove(run.ops, d, false);
    }
    CollectParts(run);
  }
}

// The connected parts of a run, when there are several.
void LocalSearch::CollectParts(const Run& run) {
  // part_ holds the first op of the part that an op of this run belongs to.
  const auto root = [this](int32_t v) {
    while (part_[Index(v)] != v) {
      part_[Index(v)] = part_[Index(part_[Index(v)])];
      v = part_[Index(v)];
    }
    return v;
  };
  for (const int32_t v : run.ops) part_[Index(v)] = v;
  for (const int32_t v : run.ops) {
    for (const Link& link : links_.before[Index(v)]) {
      if (part_[Index(link.op)] < 0) continue;
      const int32_t a = root(link.op);
      const int32_t b = root(v);
      part_[Index(std::max(a, b))] = std::min(a, b);
    }
  }
  std::vector<std::pair<int32_t, int32_t>> order;
  order.reserve(run.ops.size());
  for (const int32_t v : run.ops) order.emplace_back(root(v), v);
  std::sort(order.begin(), order.end());
  std::vector<int32_t> ops;
  for (size_t i = 0; i < order.size(); ++i) {
    ops.push_back(order[i].second);
    if (i + 1 < order.size() && order[i + 1].first == order[i].first) continue;
    if (ops.size() > 1 && ops.size() < run.ops.size()) {
      for (int32_t d = 0; d < problem_.devices; ++d) {
        if (d != run.device) AddMove(ops, d, false);
      }
    }
    ops.clear();
  }
  for (const int32_t v : run.ops) part_[Index(v)] = -1;
}

void LocalSearch::CollectOpMoves() {
  const auto count = static_cast<int32_t>(problem_.ops.size());
  for (int32_t v = 0; v < count; ++v) {
    for (int32_t d = 0; d < problem_.devices; ++d) {
      AddMove({&v, 1}, d, false);
    }
  }
}

// On devices that a result of the op is copied to, and off them again.
void LocalSearch::CollectReplicaMoves() {
  const auto count = static_cast<int32_t>(problem_.ops.size());
  for (int32_t v = 0; v < count; ++v) {
    const Op& op = problem_.ops[Index(v)];
    if (!op.replicable) continue;
    uint32_t devices =
        placement_->replicas.empty() ? 0 : placement_->replicas[Index(v)];
    for (const int32_t t : op.writes) {
      devices |= CopyTargets(problem_, links_, *placement_, t);
    }
    for (; devices != 0; devices &= devices - 1) {
      AddMove({&v, 1}, std::countr_zero(devices), true);
    }
  }
}

// One round over all moves, those that promise most first.
bool LocalSearch::Pass() {
  std::stable_sort(
      moves_.begin(), moves_.end(),
      [](const Move& a, const Move& b) { return a.delta < b.delta; });
  bool better = false;
  for (const Move& move : moves_) {
    if (steps_ <= 0) break;
    better = Try(move) || better;
  }
  return better;
}

void LocalSearch::Improve(Placement* placement, Cost* cost, int64_t steps,
                          bool replicate) {
  placement_ = placement;
  cost_ = cost;
  steps_ = steps;
  bool better = true;
  while (better && steps_ > 0) {
    moves_.clear();
    members_.clear();
    CollectRunMoves();
    CollectOpMoves();
    if (replicate) CollectReplicaMoves();
    better = Pass();
  }
}

}  // namespace onnxifi::partitioner
