#include "partitioner/runs.h"

#include <algorithm>
#include <bit>

namespace onnxifi::partitioner {
namespace {

size_t Index(int32_t i) { return static_cast<size_t>(i); }

}  // namespace

RunBuilder::RunBuilder(const Problem& problem, const Links& links)
    : problem_(problem), links_(links), ready_(Index(problem.devices)) {}

// The instance of `op` on `device`, which must be one of its devices.
int32_t RunBuilder::Find(int32_t op, int32_t device) const {
  if (placement_->home[Index(op)] == device) return op;
  int32_t i = replica_begin_[Index(op)];
  while (instances_[Index(i)].device != device) ++i;
  return i;
}

// Calls visit(instance) for each instance that waits for the given one.
template <typename Visit>
void RunBuilder::ForEachWaiting(int32_t instance, const Visit& visit) const {
  const Instance& done = instances_[Index(instance)];
  for (const Link& link : links_.after[Index(done.op)]) {
    for (uint32_t on = placement_->Mask(link.op); on != 0; on &= on - 1) {
      const int32_t device = std::countr_zero(on);
      const int32_t needed = link.host ? kHost : device;
      if (placement_->Supplier(done.op, needed) == done.device) {
        visit(Find(link.op, device));
      }
    }
  }
}

void RunBuilder::Prepare(const Placement& placement) {
  placement_ = &placement;
  const auto ops = static_cast<int32_t>(problem_.ops.size());
  instances_.resize(Index(ops));
  for (int32_t v = 0; v < ops; ++v) {
    instances_[Index(v)] = {v, placement.home[Index(v)]};
  }
  if (!placement.replicas.empty()) {
    replica_begin_.resize(Index(ops));
    for (int32_t v = 0; v < ops; ++v) {
      replica_begin_[Index(v)] = static_cast<int32_t>(instances_.size());
      for (uint32_t on = placement.replicas[Index(v)]; on != 0; on &= on - 1) {
        instances_.push_back({v, std::countr_zero(on)});
      }
    }
  }
  waiting_for_.assign(instances_.size(), 0);
  for (size_t i = 0; i < instances_.size(); ++i) {
    ForEachWaiting(static_cast<int32_t>(i),
                   [this](int32_t w) { ++waiting_for_[Index(w)]; });
  }
}

void RunBuilder::Reset() {
  left_ = waiting_for_;
  for (auto& queue : ready_) queue.clear();
  unfinished_ = static_cast<int32_t>(instances_.size());
  for (size_t i = 0; i < instances_.size(); ++i) {
    if (left_[i] == 0) {
      ready_[Index(instances_[i].device)].push_back(static_cast<int32_t>(i));
    }
  }
}

void RunBuilder::Finish(int32_t instance) {
  --unfinished_;
  ForEachWaiting(instance, [this](int32_t w) {
    if (--left_[Index(w)] == 0) {
      ready_[Index(instances_[Index(w)].device)].push_back(w);
    }
  });
}

int32_t RunBuilder::Drain(int32_t device, std::vector<int32_t>* order) {
  std::vector<int32_t>& queue = ready_[Index(device)];
  int32_t count = 0;
  while (!queue.empty()) {
    const int32_t instance = queue.back();
    queue.pop_back();
    Finish(instance);
    ++count;
    if (order != nullptr) order->push_back(instances_[Index(instance)].op);
  }
  return count;
}

// How much Drain() would run, leaving everything as it is.
int32_t RunBuilder::DrainLength(int32_t device) {
  touched_.clear();
  trial_ = ready_[Index(device)];
  int32_t count = 0;
  while (!trial_.empty()) {
    const int32_t instance = trial_.back();
    trial_.pop_back();
    ++count;
    ForEachWaiting(instance, [&](int32_t w) {
      touched_.push_back(w);
      if (--left_[Index(w)] == 0 && instances_[Index(w)].device == device) {
        trial_.push_back(w);
      }
    });
  }
  for (const int32_t w : touched_) ++left_[Index(w)];
  return count;
}

// The device to go on with after `device`, which has nothing ready.
int32_t RunBuilder::ChooseNext(int32_t device) {
  int32_t best = -1;
  int32_t most = 0;
  for (int32_t d = 0; d < problem_.devices; ++d) {
    if (d == device || ready_[Index(d)].empty()) continue;
    if (problem_.devices == 2) return d;
    const int32_t length = DrainLength(d);
    if (length > most) {
      most = length;
      best = d;
    }
  }
  return best;
}

// The launch cost of all runs when `first` begins.
Ns RunBuilder::Walk(int32_t first, int32_t* runs, std::vector<Run>* out) {
  Reset();
  Ns total = 0;
  *runs = 0;
  int32_t device = first;
  while (unfinished_ > 0) {
    if (ready_[Index(device)].empty()) device = ChooseNext(device);
    if (out != nullptr) out->push_back({device, {}});
    Drain(device, out == nullptr ? nullptr : &out->back().ops);
    const Ns launch = problem_.launch[Index(device)];
    total += launch;
    *runs += launch > 0 ? 1 : 0;
  }
  return total;
}

void RunBuilder::AddLaunch(const Placement& placement, Cost* cost) {
  Prepare(placement);
  cost->launch = 0;
  cost->runs = 0;
  bool found = false;
  for (int32_t d = 0; d < problem_.devices; ++d) {
    Reset();
    if (ready_[Index(d)].empty()) continue;
    int32_t runs = 0;
    const Ns launch = Walk(d, &runs, nullptr);
    if (found && launch >= cost->launch) continue;
    cost->launch = launch;
    cost->runs = runs;
    found = true;
  }
}

std::vector<Run> RunBuilder::Build(const Placement& placement) {
  Prepare(placement);
  std::vector<Run> best;
  Ns least = 0;
  for (int32_t d = 0; d < problem_.devices; ++d) {
    Reset();
    if (ready_[Index(d)].empty()) continue;
    std::vector<Run> runs;
    int32_t counted = 0;
    const Ns launch = Walk(d, &counted, &runs);
    if (!best.empty() && launch >= least) continue;
    least = launch;
    best = std::move(runs);
  }
  // The numbering of ops is a topological order, and reads better.
  for (Run& run : best) std::sort(run.ops.begin(), run.ops.end());
  return best;
}

}  // namespace onnxifi::partitioner
