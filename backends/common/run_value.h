#ifndef ONNXIFI_BACKENDS_COMMON_RUN_VALUE_H_
#define ONNXIFI_BACKENDS_COMMON_RUN_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi {

// What one edge of a graph holds while a graph runs value by value (see
// ValueGraph). Cheap to copy: tensors are shared and immutable. An optional
// that holds something is that thing; only the empty one is a kind of its own.
struct RunValue {
  enum class Kind : uint8_t {
    kNone,           // not computed yet, or an omitted input
    kTensor,         // `tensor`; its owner may be null, see ValueGraph::Run
    kSequence,       // `elements`
    kEmptyOptional,  // nothing
    kMap,            // `tensor`: the keys, 1-D; elements[0]: the values, 1-D
  };

  Kind kind = Kind::kNone;
  graph::TensorPtr tensor;
  std::vector<RunValue> elements;

  static RunValue Tensor(graph::TensorPtr tensor) {
    return {Kind::kTensor, std::move(tensor), {}};
  }
  static RunValue Sequence(std::vector<RunValue> elements) {
    return {Kind::kSequence, nullptr, std::move(elements)};
  }
  static RunValue EmptyOptional() { return {Kind::kEmptyOptional, {}, {}}; }
  static RunValue Map(graph::TensorPtr keys, graph::TensorPtr values) {
    return {Kind::kMap, std::move(keys), {Tensor(std::move(values))}};
  }

  bool is_tensor() const { return kind == Kind::kTensor; }
  bool is_sequence() const { return kind == Kind::kSequence; }
};

// "tensor", "sequence", ... for texts.
const char* RunValueKindName(RunValue::Kind kind);

// The tensor, or an owned copy of it when its data is not aligned for its
// element type: clients' buffers and bytes of a model may lie anywhere.
Result<graph::TensorPtr> AlignedTensor(graph::TensorPtr tensor);
// An owned, aligned copy of the tensor's elements.
Result<graph::TensorPtr> CopyTensor(const graph::TensorData& tensor);

// Typed reading of a tensor's elements; requires that T is its element type.
// What evaluate kernels see is aligned.
template <typename T>
const T* Elements(const graph::TensorData& tensor) {
  return static_cast<const T*>(tensor.data);
}

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_RUN_VALUE_H_
