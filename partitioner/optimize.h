#ifndef ONNXIFI_PARTITIONER_OPTIMIZE_H_
#define ONNXIFI_PARTITIONER_OPTIMIZE_H_

#include <string>
#include <vector>

#include "partitioner/placement.h"
#include "partitioner/problem.h"
#include "partitioner/runs.h"

namespace onnxifi::partitioner {

struct OptimizeOptions {
  bool replicate = true;
  // About how many ops and links local search may look at, over all seeds.
  int64_t effort = 8'000'000;
};

// What a simpler policy would have made of the problem.
struct Policy {
  std::string name;  // "host only", "greedy", "device 2 only"
  Cost cost;
};

struct Solution {
  Placement placement;
  std::vector<Run> runs;
  Cost cost;
  // No placement without replicas costs less. Of two devices: the exact
  // minimum of execution and copies; of more: the fastest device for each op.
  Ns lower_bound = 0;
  std::string found_by;  // which seed it grew from
  std::vector<Policy> policies;
};

// Places every op so that execution, copies and launches cost least, nearly:
// the exact minimum cut for two devices (swaps of pairs for more) under
// several shares of the launch cost, and simple policies, each improved by
// local search; the best wins. Never worse than any of `policies`.
// Deterministic. Fails when the problem is not valid, or when memory_limit
// cannot be kept: the message says on which device how many bytes lack.
Result<Solution> Optimize(const Problem& problem,
                          const OptimizeOptions& options = {});

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_OPTIMIZE_H_
