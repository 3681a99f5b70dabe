#ifndef ONNXIFI_BACKENDS_COMMON_OPS_OP_UTIL_H_
#define ONNXIFI_BACKENDS_COMMON_OPS_OP_UTIL_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "backends/common/op_kernel.h"

namespace onnxifi {

using graph::DataType;
using graph::Shape;

// Helpers of operators that move data or compute shapes. All functions are
// pure and thread-safe.

// Bytes of one element; 0 when elements are packed into parts of a byte, are
// strings, or the type is unknown.
inline int ElementBytes(graph::DataType type) {
  const int bits = graph::ElementBits(type);
  return bits % 8 == 0 ? bits / 8 : 0;
}

// Product of known dimensions; 1 for none. The caller's shapes have passed
// graph::ElementCount, so it fits.
int64_t Product(std::span<const int64_t> dims);

// Row-major strides in elements.
graph::Shape RowMajorStrides(std::span<const int64_t> dims);

// An error with the node's operator and name in front.
Status NodeError(const NodeView& node, onnxStatus code, std::string text);
inline Status ShapeError(const NodeView& node, std::string text) {
  return NodeError(node, ONNXIFI_STATUS_MISMATCHING_SHAPE, std::move(text));
}

// axis in [-rank, rank) as an index; an error otherwise.
Result<size_t> NormalizeAxis(const NodeView& node, int64_t axis, size_t rank);

// Refuses with kDataType/kValueKind unless each listed input that is present
// is a tensor of whole-byte elements.
Reject RequireMovable(const NodeView& node,
                      std::initializer_list<size_t> inputs);
// The same for every input.
Reject RequireAllMovable(const NodeView& node);
// Refuses with kValueKind unless every input is a tensor of a known type.
Reject RequireTensors(const NodeView& node);
// Refuses unless input i, when present, has one of the types.
Reject RequireType(const NodeView& node, size_t i,
                   std::initializer_list<graph::DataType> types);
// Refuses with kShape when input i is known to exceed `rank`.
Reject RequireRankAtMost(const NodeView& node, size_t i, int rank);

// Refuses with kDynamicShape when input i, which decides a shape, can only be
// known during the run: then the node is planned late, when it is there.
Reject RequireKnown(const NodeView& node, size_t i);

// Up to kMaxRank integers without allocation.
struct IntList {
  int64_t values[graph::kMaxRank];
  size_t count = 0;

  std::span<const int64_t> span() const { return {values, count}; }
};
// Reads int32 or int64 elements. False when there are too many or the type is
// another one.
bool ReadInts(const void* data, graph::DataType type, int64_t count,
              IntList* out);
// The error of Prepare for an input whose value it needs and does not have.
Status UnknownInput(const PrepareContext& ctx, size_t i);
// The known value of input i as a list.
Result<IntList> KnownInts(const PrepareContext& ctx, size_t i);
// One int32/int64 element at any alignment.
int64_t LoadInt(const void* data, graph::DataType type, int64_t index);

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_OPS_OP_UTIL_H_
