#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_ELEMENT_INDEX_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_ELEMENT_INDEX_H_

#include <cstdint>

#include "backends/common/ops/op_util.h"

namespace onnxifi::cpu {

// Which data element each entry of an index tensor names when one coordinate
// is replaced by the index: GatherElements and ScatterElements. Immutable,
// thread-safe.
class ElementIndex {
 public:
  ElementIndex() = default;
  // `data` are the dims of the indexed tensor.
  static Result<ElementIndex> Make(const NodeView& node,
                                   const graph::Shape& data,
                                   const TensorDesc& indices, int64_t axis);

  // Entries of the index tensor.
  int64_t count() const { return count_; }

  // Calls fn(position in the index tensor, element in the data) for positions
  // [begin, end). False, at once, when an index is outside the data.
  template <typename Fn>
  bool ForEach(const void* indices, int64_t begin, int64_t end,
               const Fn& fn) const {
    if (begin >= end) return true;
    int64_t at[graph::kMaxRank];
    int64_t base = 0;  // data offset of all coordinates but the axis
    int64_t rest = begin;
    for (size_t i = dims_.size(); i-- > 0;) {
      at[i] = rest % dims_[i];
      rest /= dims_[i];
      base += at[i] * strides_[i];
    }
    for (int64_t position = begin; position < end; ++position) {
      int64_t index = LoadInt(indices, type_, position);
      if (index < 0) index += limit_;
      if (index < 0 || index >= limit_) return false;
      fn(position, base + index * axis_stride_);
      for (size_t i = dims_.size(); i-- > 0;) {
        base += strides_[i];
        if (++at[i] < dims_[i]) break;
        base -= at[i] * strides_[i];
        at[i] = 0;
      }
    }
    return true;
  }

 private:
  graph::Shape dims_;     // of the index tensor
  graph::Shape strides_;  // in the data; 0 for the axis
  graph::DataType type_ = graph::DataType::kInt64;
  int64_t count_ = 0;
  int64_t limit_ = 0;  // the data's size along the axis
  int64_t axis_stride_ = 1;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_ELEMENT_INDEX_H_
