#ifndef ONNXIFI_BACKENDS_CPU_ALIGNED_FLOATS_H_
#define ONNXIFI_BACKENDS_CPU_ALIGNED_FLOATS_H_

#include <cstddef>
#include <cstdint>

#include "base/aligned_memory.h"
#include "base/status.h"

namespace onnxifi::cpu {

// Zeroed floats on a 64-byte boundary: packed weights and padded vectors.
// Movable; thread-compatible.
class AlignedFloats {
 public:
  // Once, on an empty object.
  Status Allocate(size_t count) {
    if (count > SIZE_MAX / sizeof(float)) return OutOfMemory();
    memory_ = AlignedMemory::Allocate(count * sizeof(float));
    if (!memory_) return OutOfMemory();
    count_ = count;
    return Status::Ok();
  }

  float* data() { return static_cast<float*>(memory_.data()); }
  const float* data() const {
    return static_cast<const float*>(memory_.data());
  }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

 private:
  static Status OutOfMemory() {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  "no memory for packed weights");
  }

  AlignedMemory memory_;
  size_t count_ = 0;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_ALIGNED_FLOATS_H_
