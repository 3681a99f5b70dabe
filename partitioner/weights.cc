#include "partitioner/weights.h"

#include <algorithm>

namespace onnxifi::partitioner {

std::vector<int64_t> WeightBytes(const Problem& problem,
                                 const Placement& placement) {
  std::vector<uint32_t> held(problem.weight_bytes.size(), 0);
  for (size_t v = 0; v < problem.ops.size(); ++v) {
    const uint32_t mask = placement.Mask(static_cast<int32_t>(v));
    for (const int32_t w : problem.ops[v].weights) {
      held[static_cast<size_t>(w)] |= mask;
    }
  }
  std::vector<int64_t> bytes(static_cast<size_t>(problem.devices), 0);
  for (size_t w = 0; w < held.size(); ++w) {
    for (size_t d = 0; d < bytes.size(); ++d) {
      if (((held[w] >> d) & 1) != 0) bytes[d] += problem.weight_bytes[w];
    }
  }
  return bytes;
}

std::vector<int64_t> ExcessBytes(const Problem& problem,
                                 const Placement& placement) {
  std::vector<int64_t> excess = WeightBytes(problem, placement);
  for (size_t d = 0; d < excess.size(); ++d) {
    const int64_t limit = problem.memory_limit[d];
    excess[d] = limit < 0 ? 0 : std::max<int64_t>(0, excess[d] - limit);
  }
  return excess;
}

bool HasLimits(const Problem& problem) {
  return std::any_of(problem.memory_limit.begin(), problem.memory_limit.end(),
                     [](int64_t limit) { return limit >= 0; });
}

bool WeightsFit(const Problem& problem, const Placement& placement) {
  const std::vector<int64_t> excess = ExcessBytes(problem, placement);
  return std::all_of(excess.begin(), excess.end(),
                     [](int64_t bytes) { return bytes == 0; });
}

}  // namespace onnxifi::partitioner
