#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_BITS_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_BITS_H_

#include <cstdint>
#include <initializer_list>

#include "backends/common/ops/op_util.h"
#include "base/thread_pool.h"

namespace onnxifi::cpu {

// Elements of 2 or 4 bits, which share bytes, lowest bits first. A kernel that
// moves single elements spreads them over a byte each, in scratch, moves bytes,
// and joins the result. Pure functions, thread-safe.

// Elements in a byte; 1 for types that share none.
inline int64_t ElementsPerByte(DataType type) {
  const int bits = graph::ElementBits(type);
  return bits > 0 && bits < 8 ? 8 / bits : 1;
}
inline bool IsPacked(DataType type) { return ElementsPerByte(type) > 1; }

// Bytes of one element while it is moved.
inline int MovedBytes(DataType type) {
  return IsPacked(type) ? 1 : ElementBytes(type);
}
// Bytes to book for spreading `count` elements: none unless they are packed.
inline int64_t SpreadBytes(DataType type, int64_t count) {
  return IsPacked(type) ? count : 0;
}

// RequireMovable, with packed types allowed.
Reject RequireMovableOrPacked(const NodeView& node,
                              std::initializer_list<size_t> inputs);

// `in` itself, or `buffer` with the elements of a packed type.
const void* SpreadBits(DataType type, const void* in, int64_t count,
                       uint8_t* buffer, ThreadPool* pool);
// Where the result belongs: `out` itself, or `buffer` for a packed type.
inline void* SpreadTarget(DataType type, void* out, uint8_t* buffer) {
  return IsPacked(type) ? buffer : out;
}
// Stores what SpreadTarget's buffer holds; nothing to do for other types. Bits
// that are left in the last byte become 0.
void JoinBits(DataType type, const uint8_t* from, void* out, int64_t count,
              ThreadPool* pool);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_PACKED_BITS_H_
