#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_TUPLE_INDEX_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_TUPLE_INDEX_H_

#include <cstdint>

#include "backends/common/ops/op_util.h"

namespace onnxifi::cpu {

// Which slice of the data each tuple of an index tensor names: GatherND and
// ScatterND. Immutable, thread-safe.
class TupleIndex {
 public:
  TupleIndex() = default;
  // `batch_dims` leading dimensions are shared by data and indices.
  static Result<TupleIndex> Make(const NodeView& node, const graph::Shape& data,
                                 const TensorDesc& indices, int64_t batch_dims);

  int64_t tuples() const { return tuples_; }
  // Elements of the slice that one tuple names.
  int64_t slice() const { return slice_; }
  // indices' dims without the tuple, then the slice's: the shape of what is
  // gathered, or of the updates.
  const graph::Shape& result_dims() const { return result_dims_; }

  // First element of tuple t's slice, or -1 when it is outside the data.
  int64_t Offset(const void* indices, int64_t t) const {
    int64_t offset = t / tuples_per_batch_ * batch_stride_;
    for (size_t i = 0; i < limits_.size(); ++i) {
      int64_t index = LoadInt(
          indices, type_,
          t * static_cast<int64_t>(limits_.size()) + static_cast<int64_t>(i));
      if (index < 0) index += limits_[i];
      if (index < 0 || index >= limits_[i]) return -1;
      offset += index * strides_[i];
    }
    return offset;
  }

 private:
  graph::Shape limits_;   // of the indexed dimensions
  graph::Shape strides_;  // of the indexed dimensions, in elements
  graph::Shape result_dims_;
  graph::DataType type_ = graph::DataType::kInt64;
  int64_t tuples_ = 0;
  int64_t tuples_per_batch_ = 1;
  int64_t batch_stride_ = 0;
  int64_t slice_ = 1;
};

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_TUPLE_INDEX_H_
