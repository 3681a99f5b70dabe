#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_HEADS_COPY_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_HEADS_COPY_H_

#include <cstdint>

#include "backends/common/ops/op_util.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Joins an attention cache with the new keys (or values) along the sequence
// and converts them to F, float or double: [batch, heads, past + new, width].
// Immutable, thread-safe.
class HeadsCopy {
 public:
  HeadsCopy() = default;
  // `dims` are the new part's [batch, heads, rows, width]; its desc may have
  // the rows outside the heads (rank 3). `past` may be null.
  static Result<HeadsCopy> Make(const NodeView& node, const TensorDesc& desc,
                                const graph::Shape& dims,
                                const TensorDesc* past);

  DataType type() const { return type_; }
  const graph::Shape& out_dims() const { return out_dims_; }
  int64_t count() const { return Product(out_dims_); }

  template <typename F>
  void ToFloat(const void* past, const void* rows, F* out,
               ThreadPool* pool) const;

 private:
  DataType type_ = DataType::kFloat;
  graph::Shape out_dims_ = {0, 0, 0, 0};
  int64_t past_rows_ = 0;
  int64_t new_rows_ = 0;
  bool rows_outside_ = false;
};

// Stores values as `type`, F (float or double) itself included.
template <typename F>
void StorePresent(DataType type, const F* from, void* out, int64_t count,
                  ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_HEADS_COPY_H_
