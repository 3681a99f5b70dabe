#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_STAGE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_STAGE_H_

#include <cstdint>

#include "backends/cpu/kernels/type_dispatch.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Conversion of whole tensors between a storage type and float, for kernels
// that compute in float. Types: float, double, float16, bfloat16 and the
// integers (stored rounded to nearest and saturated). Thread-safe.
using StageTypes = NumericTypes;

// `in` itself when it is float, else `buffer` filled with its elements.
const float* AsFloat(DataType type, const void* in, int64_t count,
                     float* buffer, ThreadPool* pool);

// Where to compute a result: `out` itself when it is float, else `buffer`.
inline float* FloatTarget(DataType type, void* out, float* buffer) {
  return type == DataType::kFloat ? static_cast<float*>(out) : buffer;
}
// Stores what FloatTarget's buffer holds; nothing to do for float.
void StoreFloat(DataType type, const float* from, void* out, int64_t count,
                ThreadPool* pool);

// A bump allocator over a step's scratch: pieces at 64-byte boundaries. The
// same calls on nullptr count the bytes to book.
class ScratchCursor {
 public:
  explicit ScratchCursor(void* scratch) : base_(static_cast<char*>(scratch)) {}

  template <typename T>
  T* Take(int64_t count) {
    T* piece = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + used_);
    used_ += (static_cast<size_t>(count) * sizeof(T) + 63) / 64 * 64;
    return piece;
  }
  // A float buffer of `count`, or nothing when the type is float already.
  float* TakeStage(DataType type, int64_t count) {
    return type == DataType::kFloat ? nullptr : Take<float>(count);
  }
  size_t bytes() const { return used_; }

 private:
  char* base_;
  size_t used_ = 0;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_STAGE_H_
