#ifndef ONNXIFI_PARTITIONER_PLACEMENT_H_
#define ONNXIFI_PARTITIONER_PLACEMENT_H_

#include <cstdint>
#include <vector>

#include "partitioner/problem.h"

namespace onnxifi::partitioner {

// Which devices run each op: one, its home, and for replicated ops more.
struct Placement {
  std::vector<int32_t> home;       // [op]
  std::vector<uint32_t> replicas;  // [op] bit mask without home; empty: none

  uint32_t Mask(int32_t op) const {
    const auto i = static_cast<size_t>(op);
    return (uint32_t{1} << home[i]) | (replicas.empty() ? 0 : replicas[i]);
  }
  // Where a reader on `device` finds the results of `op`: there when the op
  // runs there, else at its home.
  int32_t Supplier(int32_t op, int32_t device) const {
    return ((Mask(op) >> device) & 1) != 0 ? device
                                           : home[static_cast<size_t>(op)];
  }
};

// What a placement costs.
struct Cost {
  Ns exec = 0;
  Ns copy = 0;
  Ns launch = 0;
  int32_t runs = 0;  // on devices whose launch costs something

  Ns Total() const { return exec + copy + launch; }
};

// Execution and copies: each tensor once to each device that needs it.
Cost CostWithoutLaunch(const Problem& problem, const Links& links,
                       const Placement& placement);
// The copies of one tensor alone.
Ns TensorCopies(const Problem& problem, const Links& links,
                const Placement& placement, int32_t tensor);
// The devices that need a copy of the tensor from where it is produced.
uint32_t CopyTargets(const Problem& problem, const Links& links,
                     const Placement& placement, int32_t tensor);

}  // namespace onnxifi::partitioner

#endif  // ONNXIFI_PARTITIONER_PLACEMENT_H_
