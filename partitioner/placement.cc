#include "partitioner/placement.h"

#include <bit>

namespace onnxifi::partitioner {

uint32_t CopyTargets(const Problem& problem, const Links& links,
                     const Placement& placement, int32_t tensor) {
  const auto t = static_cast<size_t>(tensor);
  constexpr uint32_t kHostBit = uint32_t{1} << kHost;
  uint32_t needed = problem.tensors[t].is_output ? kHostBit : 0;
  if (!links.host_readers[t].empty()) needed |= kHostBit;
  for (const int32_t v : links.readers[t]) needed |= placement.Mask(v);
  const int32_t producer = links.producer[t];
  return needed & ~(producer < 0 ? kHostBit : placement.Mask(producer));
}

Ns TensorCopies(const Problem& problem, const Links& links,
                const Placement& placement, int32_t tensor) {
  const auto t = static_cast<size_t>(tensor);
  const int32_t producer = links.producer[t];
  const int32_t from =
      producer < 0 ? kHost : placement.home[static_cast<size_t>(producer)];
  Ns total = 0;
  for (uint32_t to = CopyTargets(problem, links, placement, tensor); to != 0;
       to &= to - 1) {
    total +=
        problem.CopyNs(from, std::countr_zero(to), problem.tensors[t].bytes);
  }
  return total;
}

Cost CostWithoutLaunch(const Problem& problem, const Links& links,
                       const Placement& placement) {
  Cost cost;
  for (size_t v = 0; v < problem.ops.size(); ++v) {
    const auto op = static_cast<int32_t>(v);
    for (uint32_t on = placement.Mask(op); on != 0; on &= on - 1) {
      cost.exec += problem.ExecNs(op, std::countr_zero(on));
    }
  }
  for (size_t t = 0; t < problem.tensors.size(); ++t) {
    cost.copy +=
        TensorCopies(problem, links, placement, static_cast<int32_t>(t));
  }
  return cost;
}

}  // namespace onnxifi::partitioner
