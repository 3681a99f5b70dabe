#ifndef ONNXIFI_BACKENDS_CPU_ALIGNED_FLOATS_H_
#define ONNXIFI_BACKENDS_CPU_ALIGNED_FLOATS_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/status.h"

namespace onnxifi::cpu {

// Zeroed floats on a 64-byte boundary: packed weights and padded vectors.
// Movable; thread-compatible.
class AlignedFloats {
 public:
  // Once, on an empty object.
  Status Allocate(size_t count) {
    constexpr size_t kAlignment = 64;
    if (count > SIZE_MAX / sizeof(float) - kAlignment) return OutOfMemory();
    const size_t bytes =
        (count * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
    data_.reset(static_cast<float*>(
        std::aligned_alloc(kAlignment, bytes == 0 ? kAlignment : bytes)));
    if (data_ == nullptr) return OutOfMemory();
    std::memset(data_.get(), 0, bytes);
    count_ = count;
    return Status::Ok();
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  static Status OutOfMemory() {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY,
                  "no memory for packed weights");
  }

  std::unique_ptr<float[], Free> data_;
  size_t count_ = 0;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_ALIGNED_FLOATS_H_
