#ifndef ONNXIFI_PARTITIONER_RUNS_H_
#define ONNXIFI_PARTITIONER_RUNS_H_

#include <cstdint>
#include <vector>

#include "partitioner/placement.h"

namespace onnxifi::partitioner {

// Ops that one device runs in one go, in an order that respects their links.
struct Run {
  int32_t device = 0;
  std::vector<int32_t> ops;
};

// Cuts a placement into runs. Whatever the placement, the runs in their order
// never wait for a later one: each is a stretch of one topological order, so
// nothing like a cycle between parts can come about. Two devices: the fewest
// runs there can be. More: the device that can go on longest goes on, which is
// nearly the fewest; to find the fewest is NP-hard.
//
// Keeps its memory between calls. One thread at a time.
class RunBuilder {
 public:
  RunBuilder(const Problem& problem, const Links& links);

  // Fills in launch and runs of `cost`.
  void AddLaunch(const Placement& placement, Cost* cost);
  std::vector<Run> Build(const Placement& placement);

 private:
  // An op on one of its devices.
  struct Instance {
    int32_t op = 0;
    int32_t device = 0;
  };

  void Prepare(const Placement& placement);
  int32_t Find(int32_t op, int32_t device) const;
  template <typename Visit>
  void ForEachWaiting(int32_t instance, const Visit& visit) const;
  void Reset();
  void Finish(int32_t instance);
  // Runs what `device` can run now; returns how many instances that were.
  int32_t Drain(int32_t device, std::vector<int32_t>* order);
  int32_t DrainLength(int32_t device);
  int32_t ChooseNext(int32_t device);
  Ns Walk(int32_t first, int32_t* runs, std::vector<Run>* out);

  const Problem& problem_;
  const Links& links_;
  const Placement* placement_ = nullptr;
  std::vector<Instance> instances_;
  std::vector<int32_t> replica_begin_;  // [op] into instances_; empty: none
  std::vector<int32_t> waiting_for_;    // [instance] instances before it
  std::vector<int32_t> left_;           // the same, not finished yet
  std::vector<std::vector<int32_t>> ready_;  // [device] instances
  std::vector<int32_t> touched_, trial_;
  int32_t unfinished_ = 0;
};

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_RUNS_H_
