#ifndef ONNXIFI_BACKENDS_OPENCL_KERNELS_INDEX_SHAPE_H_
#define ONNXIFI_BACKENDS_OPENCL_KERNELS_INDEX_SHAPE_H_

#include <cstdint>
#include <string>

#include "backends/common/op_kernel.h"

namespace onnxifi::opencl {

// GatherElements and ScatterElements: which data element each entry of the
// index tensor (input 1) names when one coordinate is replaced by the index.
struct ElementShape {
  size_t axis = 0;
  int64_t limit = 0;        // the data's size along the axis
  int64_t axis_stride = 1;  // in the data
  graph::Shape dims;        // of the index tensor
  graph::Shape strides;     // in the data; 0 for the axis
};
Result<ElementShape> FindElements(const PrepareContext& ctx);

// GatherND and ScatterND: which slice of the data each tuple of the index
// tensor names. `batch_dims` leading dimensions are shared by both.
struct TupleShape {
  graph::Shape limits;   // of the indexed dimensions
  graph::Shape strides;  // of the indexed dimensions, in elements
  graph::Shape result;   // of what is gathered, or of the updates
  int64_t tuples = 0;
  int64_t per_batch = 1;
  int64_t batch_stride = 0;
  int64_t slice = 1;  // elements that one tuple names
};
Result<TupleShape> FindTuples(const PrepareContext& ctx, int64_t batch_dims);
// Lines of a loop's body: declares `at`, the first element of the slice that
// tuple number `t` of pointer `index` names (see IndexText).
std::string TupleText(const TupleShape& shape);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_KERNELS_INDEX_SHAPE_H_
