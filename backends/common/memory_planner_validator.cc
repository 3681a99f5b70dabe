#include "backends/common/memory_planner_validator.h"

#include <algorithm>
#include <map>

#include "base/str_cat.h"

namespace onnxifi {

namespace {

Status Wrong(std::string what) {
  return Status(ONNXIFI_STATUS_INTERNAL_ERROR, "memory plan: " + what);
}

// A buffer becomes live (begin) or dies (end) at a step; deaths come first.
struct Change {
  int32_t step;
  bool begin;
  size_t buffer;
};

std::vector<Change> Timeline(const std::vector<BufferRequest>& requests) {
  std::vector<Change> changes;
  for (size_t i = 0; i < requests.size(); ++i) {
    const BufferRequest& r = requests[i];
    if (r.bytes == 0 || r.first_step >= r.end_step) continue;
    changes.push_back({r.first_step, true, i});
    changes.push_back({r.end_step, false, i});
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) {
              return a.step != b.step ? a.step < b.step : a.begin < b.begin;
            });
  return changes;
}

}  // namespace

Status ValidateMemoryPlan(const std::vector<BufferRequest>& requests,
                          const MemoryPlan& plan) {
  if (plan.offsets.size() != requests.size()) {
    return Wrong("one offset per buffer expected");
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].bytes == 0) continue;
    if (plan.offsets[i] % kArenaAlignment != 0) {
      return Wrong(StrCat("buffer ", i, " is misaligned"));
    }
    if (plan.offsets[i] > plan.arena_bytes ||
        plan.arena_bytes - plan.offsets[i] < requests[i].bytes) {
      return Wrong(StrCat("buffer ", i, " leaves the arena"));
    }
  }
  std::map<size_t, size_t> live;  // offset -> buffer
  for (const Change& change : Timeline(requests)) {
    const size_t offset = plan.offsets[change.buffer];
    if (!change.begin) {
      live.erase(offset);
      continue;
    }
    const auto next = live.lower_bound(offset);
    if (next != live.end() &&
        next->first < offset + requests[change.buffer].bytes) {
      return Wrong(
          StrCat("buffers ", change.buffer, " and ", next->second, " overlap"));
    }
    if (next != live.begin()) {
      const auto before = std::prev(next);
      if (before->first + requests[before->second].bytes > offset) {
        return Wrong(StrCat("buffers ", change.buffer, " and ", before->second,
                            " overlap"));
      }
    }
    live.emplace(offset, change.buffer);
  }
  return Status::Ok();
}

}  // namespace onnxifi
