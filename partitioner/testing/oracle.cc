#include "partitioner/testing/oracle.h"

#include <algorithm>
#include <unordered_map>

namespace onnxifi::partitioner::testing {
namespace {

// Written without the partitioner's own Links and Cost.
class LaunchSearch {
 public:
  LaunchSearch(const Problem& problem, const std::vector<int32_t>& home)
      : problem_(problem), home_(home), needs_(problem.ops.size(), 0) {
    std::vector<int32_t> writer(problem.tensors.size(), -1);
    for (size_t v = 0; v < problem.ops.size(); ++v) {
      for (const int32_t t : problem.ops[v].writes) {
        writer[static_cast<size_t>(t)] = static_cast<int32_t>(v);
      }
    }
    for (size_t v = 0; v < problem.ops.size(); ++v) {
      const Op& op = problem.ops[v];
      for (const auto* list : {&op.reads, &op.host_reads}) {
        for (const int32_t t : *list) {
          const int32_t from = writer[static_cast<size_t>(t)];
          if (from >= 0) needs_[v] |= uint64_t{1} << from;
        }
      }
    }
  }

  Ns Best() { return After(0, -1); }

 private:
  // All that `device` can run once `done` has run.
  uint64_t Drain(uint64_t done, int32_t device) const {
    for (bool more = true; more;) {
      more = false;
      for (size_t v = 0; v < needs_.size(); ++v) {
        const uint64_t bit = uint64_t{1} << v;
        if ((done & bit) == 0 && home_[v] == device &&
            (needs_[v] & ~done) == 0) {
          done |= bit;
          more = true;
        }
      }
    }
    return done;
  }

  // To stop while something is ready never helps, so a run ends when nothing
  // is; which device goes on is tried.
  Ns After(uint64_t done, int32_t last) {
    if (done == (uint64_t{1} << needs_.size()) - 1) return 0;
    const uint64_t key = done * static_cast<uint64_t>(problem_.devices + 1) +
                         static_cast<uint64_t>(last + 1);
    if (const auto found = known_.find(key); found != known_.end()) {
      return found->second;
    }
    Ns best = INT64_MAX;
    for (int32_t d = 0; d < problem_.devices; ++d) {
      if (d == last) continue;
      const uint64_t next = Drain(done, d);
      if (next == done) continue;
      best = std::min(best,
                      problem_.launch[static_cast<size_t>(d)] + After(next, d));
    }
    known_[key] = best;
    return best;
  }

  const Problem& problem_;
  const std::vector<int32_t>& home_;
  std::vector<uint64_t> needs_;
  std::unordered_map<uint64_t, Ns> known_;
};

class PlacementSearch {
 public:
  PlacementSearch(const Problem& problem, Ns known)
      : problem_(problem),
        best_(known),
        home_(problem.ops.size(), 0),
        from_(problem.tensors.size(), kHost),
        has_(problem.tensors.size(), uint32_t{1} << kHost),
        rest_(problem.ops.size() + 1, 0) {
    for (size_t v = problem.ops.size(); v-- > 0;) {
      Ns least = kCannot;
      for (int d = 0; d < problem.devices; ++d) {
        const auto op = static_cast<int32_t>(v);
        if (problem.Runs(op, d)) least = std::min(least, problem.ExecNs(op, d));
      }
      rest_[v] = rest_[v + 1] + least;
    }
  }

  Ns Run() {
    Place(0, 0);
    return best_;
  }

 private:
  // Brings a tensor to a device; returns what that costs.
  Ns Bring(int32_t tensor, int32_t device) {
    const auto t = static_cast<size_t>(tensor);
    if (((has_[t] >> device) & 1) != 0) return 0;
    has_[t] |= uint32_t{1} << device;
    return problem_.CopyNs(from_[t], device, problem_.tensors[t].bytes);
  }

  void Place(size_t v, Ns cost) {
    if (cost + rest_[v] >= best_) return;
    if (v == problem_.ops.size()) {
      best_ = std::min(best_, cost + LaunchSearch(problem_, home_).Best());
      return;
    }
    const Op& op = problem_.ops[v];
    const std::vector<uint32_t> had = has_;
    for (int32_t d = 0; d < problem_.devices; ++d) {
      if (!problem_.Runs(static_cast<int32_t>(v), d)) continue;
      Ns total = cost + problem_.ExecNs(static_cast<int32_t>(v), d);
      for (const int32_t t : op.reads) total += Bring(t, d);
      for (const int32_t t : op.host_reads) total += Bring(t, kHost);
      for (const int32_t t : op.writes) {
        from_[static_cast<size_t>(t)] = d;
        has_[static_cast<size_t>(t)] = uint32_t{1} << d;
        if (problem_.tensors[static_cast<size_t>(t)].is_output) {
          total += Bring(t, kHost);
        }
      }
      home_[v] = d;
      Place(v + 1, total);
      has_ = had;
    }
  }

  const Problem& problem_;
  Ns best_;
  std::vector<int32_t> home_;
  std::vector<int32_t> from_;  // [tensor] where it was produced
  std::vector<uint32_t> has_;  // [tensor] devices that hold it
  std::vector<Ns> rest_;       // [op] least execution from there on
};

}  // namespace

Ns ExactLaunch(const Problem& problem, const std::vector<int32_t>& home) {
  return LaunchSearch(problem, home).Best();
}

Ns ExactOptimum(const Problem& problem, Ns known) {
  return PlacementSearch(problem, known).Run();
}

}  // namespace onnxifi::partitioner::testing
