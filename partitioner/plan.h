#ifndef ONNXIFI_PARTITIONER_PLAN_H_
#define ONNXIFI_PARTITIONER_PLAN_H_

#include <cstdint>
#include <vector>

#include "partitioner/placement.h"
#include "partitioner/problem.h"
#include "partitioner/runs.h"

namespace onnxifi::partitioner {

// A tensor goes from one device to another, once.
struct Transfer {
  int32_t tensor = 0;
  int32_t from = 0;
  int32_t to = 0;
  // Index of the run that produces it, or -1 for a graph input; it may start
  // when that run is done.
  int32_t after = -1;
  // Index of the first run that needs it, or the number of runs when only the
  // graph's end does.
  int32_t before = 0;
};

// What is run where, in which order, and what is moved in between. Plain data:
// it can be written down, changed by hand and read again, so whoever takes one
// checks it first.
struct Plan {
  std::vector<Run> runs;
  std::vector<Transfer> transfers;  // by `before`, then tensor
};

// The plan of a placement and its runs.
Plan MakePlan(const Problem& problem, const Links& links,
              const Placement& placement, const std::vector<Run>& runs);

// Whether a plan can be run, by following it step by step: every op runs once
// or, where it may be replicated, once on each of some devices; only where it
// can and where its pin says; every input is there before it is read, every
// transfer takes what its device has, and all outputs reach the host. Written
// without the algorithms that make plans. The message names the op or tensor.
Status CheckPlan(const Problem& problem, const Plan& plan);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PLAN_H_
