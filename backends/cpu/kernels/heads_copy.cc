#include "backends/cpu/kernels/heads_copy.h"

#include <algorithm>

#include "backends/cpu/kernels/block_copy.h"
#include "backends/cpu/kernels/float_stage.h"
#include "backends/cpu/kernels/number_bytes.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

Result<HeadsCopy> HeadsCopy::Make(const NodeView& node, const TensorDesc& desc,
                                  const graph::Shape& dims,
                                  const TensorDesc* past) {
  HeadsCopy copy;
  copy.type_ = desc.type;
  copy.out_dims_ = dims;
  copy.new_rows_ = dims[2];
  copy.rows_outside_ = desc.dims.size() == 3;
  if (past != nullptr) {
    const graph::Shape& p = past->dims;
    if (p.size() != 4 || p[0] != dims[0] || p[1] != dims[1] ||
        p[3] != dims[3] || past->type != desc.type) {
      return ShapeError(node, StrCat("past ", ShapeText(p), " does not fit ",
                                     ShapeText(dims)));
    }
    copy.past_rows_ = p[2];
    copy.out_dims_[2] += p[2];
  }
  ONNXIFI_RETURN_IF_ERROR(graph::ElementCount(copy.out_dims_).status());
  return copy;
}

template <typename F>
void HeadsCopy::ToFloat(const void* past, const void* rows, F* out,
                        ThreadPool* pool) const {
  const int64_t heads = out_dims_[1];
  const int64_t total = out_dims_[2];
  const int64_t width = out_dims_[3];
  const int64_t grain = std::max<int64_t>((1 << 14) / (width + 1), 1);
  DispatchType<FloatTypes>(type_, [&]<typename T>() {
    pool->ParallelRange(
        out_dims_[0] * heads * total, grain, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) {
            const int64_t row = i % total;
            const int64_t head = i / total % heads;
            const int64_t batch = i / total / heads;
            const int64_t fresh = row - past_rows_;
            int64_t from = (batch * heads + head) * past_rows_ + row;
            if (fresh >= 0) {
              from = rows_outside_ ? (batch * new_rows_ + fresh) * heads + head
                                   : (batch * heads + head) * new_rows_ + fresh;
            }
            const void* source = fresh >= 0 ? rows : past;
            F* to = out + i * width;
            for (int64_t c = 0; c < width; ++c) {
              to[c] =
                  static_cast<F>(Widen(LoadAt<T>(source, from * width + c)));
            }
          }
        });
  });
}

template <typename F>
void StorePresent(DataType type, const F* from, void* out, int64_t count,
                  ThreadPool* pool) {
  if (type == kDataTypeOf<F>) {
    ParallelCopy(from, out, count * static_cast<int64_t>(sizeof(F)), pool);
  } else {
    StoreFloat(type, from, out, count, pool);
  }
}

template void HeadsCopy::ToFloat(const void*, const void*, float*,
                                 ThreadPool*) const;
template void HeadsCopy::ToFloat(const void*, const void*, double*,
                                 ThreadPool*) const;
template void StorePresent(DataType, const float*, void*, int64_t, ThreadPool*);
template void StorePresent(DataType, const double*, void*, int64_t,
                           ThreadPool*);

}  // namespace onnxifi::cpu
