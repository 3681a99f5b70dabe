#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_ROW_SLOTS_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_ROW_SLOTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/checked.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Splits rows among threads, each range with scratch of its own. Made when a
// node is prepared; immutable.
class RowSlots {
 public:
  RowSlots() = default;
  // At least `grain` rows to a range; `bytes` of scratch for each range.
  RowSlots(int64_t rows, int64_t grain, int threads, size_t bytes)
      : rows_(rows),
        slots_(std::clamp<int64_t>(
            CeilDiv(rows, std::max<int64_t>(grain, 1)), 1,
            threads == 1 ? 1 : int64_t{kRangesPerThread} * threads)),
        bytes_(RoundUp(bytes, size_t{64})) {}

  size_t scratch_bytes() const { return static_cast<size_t>(slots_) * bytes_; }

  // Calls fn(begin, end, scratch of the range).
  template <typename Fn>
  void Run(ThreadPool& pool, void* scratch, const Fn& fn) const {
    if (rows_ == 0) return;
    pool.ParallelFor(slots_, [&](int64_t slot) {
      const int64_t begin = rows_ * slot / slots_;
      const int64_t end = rows_ * (slot + 1) / slots_;
      if (begin == end) return;
      fn(begin, end,
         static_cast<std::byte*>(scratch) + static_cast<size_t>(slot) * bytes_);
    });
  }

 private:
  static constexpr int kRangesPerThread = 4;
  int64_t rows_ = 0;
  int64_t slots_ = 1;
  size_t bytes_ = 0;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_ROW_SLOTS_H_
