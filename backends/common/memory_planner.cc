#include "backends/common/memory_planner.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"

namespace onnxifi {

namespace {

// Places buffers one after another into the gaps between those that are
// alive at the same time.
class Packer {
 public:
  explicit Packer(const std::vector<BufferRequest>& requests)
      : requests_(requests), offsets_(requests.size(), 0) {}

  Status Place(size_t index) {
    const BufferRequest& request = requests_[index];
    if (request.bytes == 0) return Status::Ok();
    size_t offset = 0;
    for (const size_t other : placed_) {  // ascending offsets
      const BufferRequest& b = requests_[other];
      if (b.end_step <= request.first_step ||
          request.end_step <= b.first_step) {
        continue;
      }
      if (offsets_[other] >= offset &&
          offsets_[other] - offset >= request.bytes) {
        break;
      }
      offset =
          std::max(offset, RoundUp(offsets_[other] + b.bytes, kArenaAlignment));
    }
    size_t end = 0;
    if (!CheckedAdd(offset, request.bytes, &end) ||
        end > SIZE_MAX - kArenaAlignment) {
      return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                    "the intermediate tensors do not fit the address space");
    }
    offsets_[index] = offset;
    arena_ = std::max(arena_, end);
    const auto at =
        std::upper_bound(placed_.begin(), placed_.end(), offset,
                         [&](size_t o, size_t p) { return o < offsets_[p]; });
    placed_.insert(at, index);
    return Status::Ok();
  }

  MemoryPlan Take() && {
    return {std::move(offsets_), RoundUp(arena_, kArenaAlignment)};
  }

 private:
  const std::vector<BufferRequest>& requests_;
  std::vector<size_t> offsets_;
  std::vector<size_t> placed_;  // indices, by ascending offset
  size_t arena_ = 0;
};

Result<MemoryPlan> Pack(const std::vector<BufferRequest>& requests,
                        const std::vector<size_t>& order) {
  Packer packer(requests);
  for (const size_t index : order) {
    ONNXIFI_RETURN_IF_ERROR(packer.Place(index));
  }
  return std::move(packer).Take();
}

}  // namespace

Result<MemoryPlan> PlanMemory(const std::vector<BufferRequest>& requests) {
  std::vector<size_t> order(requests.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return requests[a].bytes > requests[b].bytes;
  });
  ONNXIFI_ASSIGN_OR_RETURN(MemoryPlan by_size, Pack(requests, order));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return requests[a].first_step < requests[b].first_step;
  });
  ONNXIFI_ASSIGN_OR_RETURN(MemoryPlan by_time, Pack(requests, order));
  return by_time.arena_bytes < by_size.arena_bytes ? std::move(by_time)
                                                   : std::move(by_size);
}

}  // namespace onnxifi
