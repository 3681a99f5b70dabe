#ifndef ONNXIFI_BACKENDS_COMMON_MEMORY_PLANNER_H_
#define ONNXIFI_BACKENDS_COMMON_MEMORY_PLANNER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/status.h"

namespace onnxifi {

// A buffer that must exist during the half-open range of steps
// [first_step, end_step).
struct BufferRequest {
  size_t bytes = 0;
  int32_t first_step = 0;
  int32_t end_step = 0;
};

// Offsets into one arena, parallel to the requests.
struct MemoryPlan {
  std::vector<size_t> offsets;
  size_t arena_bytes = 0;
};

// Every offset is a multiple of this many bytes.
inline constexpr size_t kArenaAlignment = 64;

// Packs the buffers so that no two that live at the same time overlap:
// largest first, each at the lowest place where it fits, then once more in
// order of first use; the smaller arena wins. NO_SYSTEM_MEMORY when the sizes
// do not add up in size_t.
Result<MemoryPlan> PlanMemory(const std::vector<BufferRequest>& requests);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_MEMORY_PLANNER_H_
