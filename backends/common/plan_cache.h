#ifndef ONNXIFI_BACKENDS_COMMON_PLAN_CACHE_H_
#define ONNXIFI_BACKENDS_COMMON_PLAN_CACHE_H_

#include <memory>
#include <utility>
#include <vector>

#include "backends/common/backend.h"

namespace onnxifi {

// The executables of one compiled graph by input shapes, most recently used
// first; the oldest goes when there are too many. Thread-compatible.
class PlanCache {
 public:
  using Shapes = std::vector<graph::Shape>;

  // The executable for these shapes; made by `graph` when there is none.
  Result<std::shared_ptr<Executable>> Get(CompiledGraph& graph,
                                          const Shapes& shapes);
  void Clear() { plans_.clear(); }

  size_t size() const { return plans_.size(); }
  // What the executables hold between runs; -1 when one of them does not know.
  int64_t workspace_bytes() const;

 private:
  static constexpr size_t kMaxPlans = 32;
  std::vector<std::pair<Shapes, std::shared_ptr<Executable>>> plans_;
};

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_PLAN_CACHE_H_
