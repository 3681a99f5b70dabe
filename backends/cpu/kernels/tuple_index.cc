#include "backends/cpu/kernels/tuple_index.h"

#include <algorithm>

#include "base/str_cat.h"

namespace onnxifi::cpu {

using graph::Shape;

Result<TupleIndex> TupleIndex::Make(const NodeView& node, const Shape& data,
                                    const TensorDesc& indices,
                                    int64_t batch_dims) {
  const size_t batch = static_cast<size_t>(std::max<int64_t>(batch_dims, 0));
  const bool ranks_fit =
      batch_dims >= 0 && batch < indices.dims.size() && batch < data.size();
  const int64_t length = ranks_fit ? indices.dims.back() : 0;
  const int64_t most = static_cast<int64_t>(data.size()) - batch_dims;
  if (!ranks_fit || length < 0 || length > most ||
      !std::equal(data.begin(), data.begin() + batch_dims,
                  indices.dims.begin())) {
    return ShapeError(node, StrCat("indices ", ShapeText(indices.dims),
                                   " do not fit data ", ShapeText(data)));
  }
  const Shape strides = RowMajorStrides(data);
  const auto first = static_cast<Shape::difference_type>(batch);
  const auto last = first + length;
  TupleIndex index;
  index.limits_.assign(data.begin() + first, data.begin() + last);
  index.strides_.assign(strides.begin() + first, strides.begin() + last);
  index.type_ = indices.type;
  const std::span<const int64_t> all(indices.dims);
  index.tuples_ = Product(all.first(all.size() - 1));
  index.tuples_per_batch_ =
      std::max<int64_t>(Product(all.subspan(batch, all.size() - 1 - batch)), 1);
  const std::span<const int64_t> data_dims(data);
  index.batch_stride_ = Product(data_dims.subspan(batch));
  index.slice_ =
      Product(data_dims.subspan(batch + static_cast<size_t>(length)));
  index.result_dims_.assign(indices.dims.begin(), indices.dims.end() - 1);
  index.result_dims_.insert(index.result_dims_.end(), data.begin() + last,
                            data.end());
  return index;
}

}  // namespace onnxifi::cpu
