#ifndef ONNXIFI_BACKENDS_COMMON_MEMORY_PLANNER_VALIDATOR_H_
#define ONNXIFI_BACKENDS_COMMON_MEMORY_PLANNER_VALIDATOR_H_

#include <vector>

#include "backends/common/memory_planner.h"

namespace onnxifi {

// Checks a plan without knowing how it was made: alignment, bounds, and no
// overlap between buffers that live at the same time. INTERNAL_ERROR names
// the first two buffers in conflict.
Status ValidateMemoryPlan(const std::vector<BufferRequest>& requests,
                          const MemoryPlan& plan);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_MEMORY_PLANNER_VALIDATOR_H_
