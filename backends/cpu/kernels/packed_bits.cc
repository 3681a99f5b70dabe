#include "backends/cpu/kernels/packed_bits.h"

#include <algorithm>

#include "base/checked.h"

namespace onnxifi::cpu {

namespace {

constexpr int64_t kGrainBytes = 1 << 14;

// Calls fn(byte, first element, end of its elements, bits of one) for every
// packed byte.
template <typename Fn>
void ForEachByte(DataType type, int64_t count, ThreadPool* pool, const Fn& fn) {
  const int64_t each = ElementsPerByte(type);
  const int bits = static_cast<int>(8 / each);
  pool->ParallelRange(
      CeilDiv(count, each), kGrainBytes, [&](int64_t begin, int64_t end) {
        for (int64_t byte = begin; byte < end; ++byte) {
          fn(byte, byte * each, std::min(count, (byte + 1) * each), bits);
        }
      });
}

}  // namespace

Reject RequireMovableOrPacked(const NodeView& node,
                              std::initializer_list<size_t> inputs) {
  for (const size_t i : inputs) {
    const DataType type = node.input_type(i);
    Reject r = IsPacked(type) ? RequireType(node, i, {type})
                              : RequireMovable(node, {i});
    if (!r.supported()) return r;
  }
  return {};
}

const void* SpreadBits(DataType type, const void* in, int64_t count,
                       uint8_t* buffer, ThreadPool* pool) {
  if (!IsPacked(type)) return in;
  const uint8_t* from = static_cast<const uint8_t*>(in);
  ForEachByte(type, count, pool,
              [&](int64_t byte, int64_t first, int64_t end, int bits) {
                unsigned rest = from[byte];
                for (int64_t i = first; i < end; ++i, rest >>= bits) {
                  buffer[i] = static_cast<uint8_t>(rest & ((1U << bits) - 1));
                }
              });
  return buffer;
}

void JoinBits(DataType type, const uint8_t* from, void* out, int64_t count,
              ThreadPool* pool) {
  if (!IsPacked(type)) return;
  uint8_t* to = static_cast<uint8_t*>(out);
  ForEachByte(type, count, pool,
              [&](int64_t byte, int64_t first, int64_t end, int bits) {
                unsigned joined = 0;
                for (int64_t i = end; i-- > first;) {
                  joined = joined << bits | from[i];
                }
                to[byte] = static_cast<uint8_t>(joined);
              });
}

}  // namespace onnxifi::cpu
