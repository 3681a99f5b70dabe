#include "backends/common/plan_cache.h"

#include <algorithm>

namespace onnxifi {

Result<std::shared_ptr<Executable>> PlanCache::Get(CompiledGraph& graph,
                                                   const Shapes& shapes) {
  const auto found =
      std::find_if(plans_.begin(), plans_.end(),
                   [&](const auto& plan) { return plan.first == shapes; });
  if (found != plans_.end()) {
    if (found != plans_.begin()) {
      std::rotate(plans_.begin(), found, found + 1);
    }
    return plans_.front().second;
  }
  ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<Executable> made,
                           graph.Specialize(shapes));
  plans_.emplace(plans_.begin(), shapes, made);
  if (plans_.size() > kMaxPlans) plans_.pop_back();
  return made;
}

int64_t PlanCache::workspace_bytes() const {
  int64_t sum = 0;
  for (const auto& [shapes, executable] : plans_) {
    const int64_t bytes = executable->workspace_bytes();
    if (bytes < 0) return -1;
    sum += bytes;
  }
  return sum;
}

}  // namespace onnxifi
