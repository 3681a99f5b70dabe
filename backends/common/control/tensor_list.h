#ifndef ONNXIFI_BACKENDS_COMMON_CONTROL_TENSOR_LIST_H_
#define ONNXIFI_BACKENDS_COMMON_CONTROL_TENSOR_LIST_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi {

// Whole tensors cut into parts and put together, for kernels that are
// evaluated. Elements of any type, packed ones and strings included. What can
// be is a view of the tensor it comes from. All functions are thread-safe.

// Copies elements [from, from + count) of one dense array to position `to` of
// another; `bits` is the size of one.
void CopyElements(const void* in, int64_t from, void* out, int64_t to,
                  int64_t count, int bits);

// The same elements under other dimensions; requires that their number is the
// same.
graph::TensorPtr WithDims(const graph::TensorPtr& tensor, graph::Shape dims);

// Entries [begin, begin + size) of an axis; requires that they are there.
Result<graph::TensorPtr> CutTensor(const graph::TensorPtr& tensor, size_t axis,
                                   int64_t begin, int64_t size);
// Entry `index` of an axis, which is gone from the result.
Result<graph::TensorPtr> TakeEntry(const graph::TensorPtr& tensor, size_t axis,
                                   int64_t index);

// Tensors in a row along an axis that all of them have. Requires at least one;
// an error when types or other dimensions differ.
Result<graph::TensorPtr> ConcatTensors(
    std::span<const graph::TensorPtr> tensors, size_t axis);
// Tensors of equal shape in a row along a new axis <= their rank. Requires at
// least one; an error when types or shapes differ.
Result<graph::TensorPtr> StackTensors(std::span<const graph::TensorPtr> tensors,
                                      size_t axis);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_CONTROL_TENSOR_LIST_H_
