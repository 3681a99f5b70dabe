#include "backends/cpu/kernels/element_index.h"

#include "base/str_cat.h"

namespace onnxifi::cpu {

Result<ElementIndex> ElementIndex::Make(const NodeView& node,
                                        const graph::Shape& data,
                                        const TensorDesc& indices,
                                        int64_t axis) {
  ONNXIFI_ASSIGN_OR_RETURN(const size_t a,
                           NormalizeAxis(node, axis, data.size()));
  bool fits = indices.dims.size() == data.size();
  for (size_t i = 0; fits && i < data.size(); ++i) {
    fits = i == a || indices.dims[i] <= data[i];
  }
  if (!fits) {
    return ShapeError(node, StrCat("indices ", ShapeText(indices.dims),
                                   " do not fit data ", ShapeText(data)));
  }
  ElementIndex index;
  index.dims_ = indices.dims;
  index.strides_ = RowMajorStrides(data);
  index.type_ = indices.type;
  index.count_ = Product(indices.dims);
  index.limit_ = data[a];
  index.axis_stride_ = index.strides_[a];
  index.strides_[a] = 0;
  return index;
}

}  // namespace onnxifi::cpu
