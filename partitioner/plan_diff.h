#ifndef ONNXIFI_PARTITIONER_PLAN_DIFF_H_
#define ONNXIFI_PARTITIONER_PLAN_DIFF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "partitioner/problem.h"

namespace onnxifi::partitioner {

// One node of a plan file: by name where it is, and what it takes there.
struct PlannedNode {
  std::string name;
  std::string device;
  std::optional<Ns> cost;  // nothing: the file does not tell
};

// What a plan file says a run takes.
struct PlanTotals {
  Ns total = 0;
  Ns work = 0;
  Ns copies = 0;
  Ns launches = 0;
  size_t parts = 0;
};

struct MovedNode {
  PlannedNode from;
  PlannedNode to;  // of the same name
};

// How a plan differs from another one. Plans are equal when each node is on the
// same device in both; what that takes may differ.
struct PlanDiff {
  size_t same = 0;  // nodes
  std::vector<MovedNode> moved;
  std::vector<PlannedNode> only_before;
  std::vector<PlannedNode> only_after;
  std::optional<PlanTotals> before;
  std::optional<PlanTotals> after;

  bool equal() const {
    return moved.empty() && only_before.empty() && only_after.empty();
  }
};

// Compares two plan files (plan_file.h). Nodes of one name are taken in their
// order. INVALID_PROPERTY with what is wrong and where, and in which plan:
// "first" or "second".
Result<PlanDiff> DiffPlans(std::string_view before, std::string_view after);

// The same of two files of at most 64 MiB.
Result<PlanDiff> DiffPlanFiles(const std::string& before,
                               const std::string& after);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PLAN_DIFF_H_
