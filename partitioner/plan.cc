#include "partitioner/plan.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "base/str_cat.h"

namespace onnxifi::partitioner {
namespace {

size_t Index(int32_t i) { return static_cast<size_t>(i); }

Status Bad(const std::string& text) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, StrCat("plan: ", text));
}

// Follows a plan and knows which device holds what.
class Follower {
 public:
  Follower(const Problem& problem, const Plan& plan)
      : problem_(problem),
        plan_(plan),
        holders_(problem.tensors.size(), uint32_t{1} << kHost),
        done_(problem.ops.size(), 0),
        made_in_(problem.tensors.size(), -1) {
    for (const Op& op : problem.ops) {
      for (const int32_t t : op.writes) holders_[Index(t)] = 0;
    }
  }

  Status Follow() {
    ONNXIFI_RETURN_IF_ERROR(CheckIndices());
    const auto count = static_cast<int32_t>(plan_.runs.size());
    for (int32_t r = 0; r <= count; ++r) {
      // What a run needs has been moved when it starts.
      for (const Transfer& move : plan_.transfers) {
        if (move.before == r) ONNXIFI_RETURN_IF_ERROR(Move(move));
      }
      if (r == count) break;
      for (const int32_t v : plan_.runs[Index(r)].ops) {
        ONNXIFI_RETURN_IF_ERROR(RunOp(v, r));
      }
    }
    return CheckEnd();
  }

 private:
  Status CheckIndices() const {
    const auto runs = static_cast<int32_t>(plan_.runs.size());
    const auto device_fits = [this](int32_t d) {
      return d >= 0 && d < problem_.devices;
    };
    for (int32_t r = 0; r < runs; ++r) {
      const Run& run = plan_.runs[Index(r)];
      if (!device_fits(run.device) || run.ops.empty()) {
        return Bad(StrCat("run ", r, " is on device ", run.device, " with ",
                          run.ops.size(), " ops"));
      }
      for (const int32_t v : run.ops) {
        if (v >= 0 && Index(v) < problem_.ops.size()) continue;
        return Bad(StrCat("run ", r, " names op ", v));
      }
    }
    for (const Transfer& move : plan_.transfers) {
      const bool fits = move.tensor >= 0 &&
                        Index(move.tensor) < problem_.tensors.size() &&
                        device_fits(move.from) && device_fits(move.to) &&
                        move.from != move.to && move.after >= -1 &&
                        move.after < move.before && move.before <= runs;
      if (!fits) {
        return Bad(StrCat("transfer of tensor ", move.tensor, " from device ",
                          move.from, " to ", move.to, " after run ", move.after,
                          " and before ", move.before));
      }
    }
    return Status::Ok();
  }

  bool Holds(int32_t device, int32_t tensor) const {
    return ((holders_[Index(tensor)] >> device) & 1) != 0;
  }

  Status Move(const Transfer& move) {
    if (!Holds(move.from, move.tensor)) {
      return Bad(StrCat("device ", move.from, " does not hold tensor ",
                        move.tensor, " that it should give"));
    }
    if (Holds(move.to, move.tensor)) {
      return Bad(StrCat("tensor ", move.tensor, " goes to device ", move.to,
                        " twice"));
    }
    holders_[Index(move.tensor)] |= uint32_t{1} << move.to;
    return Status::Ok();
  }

  Status RunOp(int32_t v, int32_t run) {
    const int32_t device = plan_.runs[Index(run)].device;
    const Op& op = problem_.ops[Index(v)];
    if (!problem_.Runs(v, device)) {
      return Bad(StrCat("device ", device, " may not run op ", v));
    }
    const uint32_t bit = uint32_t{1} << device;
    const uint32_t before = done_[Index(v)];
    if ((before & bit) != 0 || (before != 0 && !op.replicable)) {
      return Bad(StrCat("op ", v, " runs twice"));
    }
    done_[Index(v)] |= bit;
    for (const int32_t t : op.reads) {
      if (!Holds(device, t)) return Missing(v, t, device);
    }
    for (const int32_t t : op.host_reads) {
      // Within one run the device brings it there itself.
      if (!Holds(kHost, t) && made_in_[Index(t)] != run) {
        return Missing(v, t, kHost);
      }
    }
    for (const int32_t t : op.writes) {
      holders_[Index(t)] |= bit;
      made_in_[Index(t)] = run;
    }
    return Status::Ok();
  }

  static Status Missing(int32_t v, int32_t t, int32_t device) {
    return Bad(StrCat("op ", v, " reads tensor ", t,
                      ", which is not on device ", device, " then"));
  }

  Status CheckEnd() const {
    for (size_t v = 0; v < done_.size(); ++v) {
      if (done_[v] == 0) return Bad(StrCat("op ", v, " does not run"));
    }
    for (size_t t = 0; t < holders_.size(); ++t) {
      if (problem_.tensors[t].is_output &&
          !Holds(kHost, static_cast<int32_t>(t))) {
        return Bad(StrCat("output tensor ", t, " does not reach the host"));
      }
    }
    return Status::Ok();
  }

  const Problem& problem_;
  const Plan& plan_;
  std::vector<uint32_t> holders_;  // [tensor] devices
  std::vector<uint32_t> done_;     // [op] devices
  std::vector<int32_t> made_in_;   // [tensor] the last run that wrote it
};

// When each op runs on each of its devices.
class Schedule {
 public:
  Schedule(const Problem& problem, const std::vector<Run>& runs)
      : devices_(problem.devices),
        run_of_(problem.ops.size() * Index(problem.devices), -1) {
    for (size_t r = 0; r < runs.size(); ++r) {
      for (const int32_t v : runs[r].ops) {
        run_of_[At(v, runs[r].device)] = static_cast<int32_t>(r);
      }
    }
  }

  int32_t RunOf(int32_t op, int32_t device) const {
    return run_of_[At(op, device)];
  }

 private:
  size_t At(int32_t op, int32_t device) const {
    return Index(op) * Index(devices_) + Index(device);
  }

  int devices_;
  std::vector<int32_t> run_of_;
};

// The first run that needs `tensor` on `device`; `end` when the graph's end
// does, -1 when nobody outside run `made_in` does.
int32_t FirstUse(const Problem& problem, const Links& links,
                 const Placement& placement, const Schedule& schedule,
                 int32_t tensor, int32_t device, int32_t made_in, int32_t end) {
  constexpr int32_t kNever = INT32_MAX;
  const bool wanted_at_end =
      device == kHost && problem.tensors[Index(tensor)].is_output;
  int32_t first = wanted_at_end ? end : kNever;
  for (const int32_t v : links.readers[Index(tensor)]) {
    const int32_t run = schedule.RunOf(v, device);
    if (run >= 0) first = std::min(first, run);
  }
  for (const int32_t v : links.host_readers[Index(tensor)]) {
    for (uint32_t on = placement.Mask(v); device == kHost && on != 0;
         on &= on - 1) {
      const int32_t run = schedule.RunOf(v, std::countr_zero(on));
      if (run != made_in) first = std::min(first, run);
    }
  }
  return first == kNever ? -1 : first;
}

}  // namespace

Plan MakePlan(const Problem& problem, const Links& links,
              const Placement& placement, const std::vector<Run>& runs) {
  Plan plan;
  plan.runs = runs;
  const Schedule schedule(problem, runs);
  const auto end = static_cast<int32_t>(runs.size());
  for (int32_t t = 0; Index(t) < problem.tensors.size(); ++t) {
    const int32_t producer = links.producer[Index(t)];
    const int32_t from = producer < 0 ? kHost : placement.home[Index(producer)];
    for (uint32_t to = CopyTargets(problem, links, placement, t); to != 0;
         to &= to - 1) {
      Transfer move;
      move.tensor = t;
      move.from = from;
      move.to = std::countr_zero(to);
      move.after = producer < 0 ? -1 : schedule.RunOf(producer, from);
      move.before = FirstUse(problem, links, placement, schedule, t, move.to,
                             move.after, end);
      if (move.before >= 0) plan.transfers.push_back(move);
    }
  }
  std::sort(plan.transfers.begin(), plan.transfers.end(),
            [](const Transfer& a, const Transfer& b) {
              return std::tie(a.before, a.tensor, a.to) <
                     std::tie(b.before, b.tensor, b.to);
            });
  return plan;
}

Status CheckPlan(const Problem& problem, const Plan& plan) {
  ONNXIFI_RETURN_IF_ERROR(CheckProblem(problem));
  return Follower(problem, plan).Follow();
}

}  // namespace onnxifi::partitioner
