#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_STAGE_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_STAGE_H_

#include <cstdint>
#include <initializer_list>

#include "backends/common/ops/op_util.h"
#include "backends/cpu/kernels/type_dispatch.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Conversion of whole tensors between a storage type and F, float or double,
// for kernels that compute in F. Types: float, double, float16, bfloat16 and
// the integers (stored rounded to nearest and saturated). Thread-safe.
using StageTypes = NumericTypes;

// An error unless each listed input that is present has the type of input 0:
// a kernel reads them all as that.
Status CheckOneType(const PrepareContext& ctx,
                    std::initializer_list<size_t> inputs);

// `in` itself when it is of type F, else `buffer` filled with its elements.
template <typename F>
const F* AsFloat(DataType type, const void* in, int64_t count, F* buffer,
                 ThreadPool* pool);

// Where to compute a result: `out` itself when it is of type F, else `buffer`.
template <typename F>
F* FloatTarget(DataType type, void* out, F* buffer) {
  return type == kDataTypeOf<F> ? static_cast<F*>(out) : buffer;
}
// Stores what FloatTarget's buffer holds; nothing to do for F itself.
template <typename F>
void StoreFloat(DataType type, const F* from, void* out, int64_t count,
                ThreadPool* pool);

// Calls fn.template operator()<F>() with the type to compute in: double when
// `wide`, else float.
template <typename Fn>
void DispatchFloat(bool wide, Fn&& fn) {
  wide ? fn.template operator()<double>() : fn.template operator()<float>();
}

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
  // A buffer of `count` F, or nothing when the type is F already.
  template <typename F = float>
  F* TakeStage(DataType type, int64_t count) {
    return type == kDataTypeOf<F> ? nullptr : Take<F>(count);
  }
  size_t bytes() const { return used_; }

 private:
  char* base_;
  size_t used_ = 0;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_FLOAT_STAGE_H_
