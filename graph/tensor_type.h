#ifndef ONNXIFI_GRAPH_TENSOR_TYPE_H_
#define ONNXIFI_GRAPH_TENSOR_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"

namespace onnxifi::graph {

// Element types; values equal TensorProto.DataType.
enum class DataType : int32_t {
  kUndefined = 0,
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kUint32 = 12,
  kUint64 = 13,
  kComplex64 = 14,
  kComplex128 = 15,
  kBfloat16 = 16,
  kFloat8E4M3FN = 17,
  kFloat8E4M3FNUZ = 18,
  kFloat8E5M2 = 19,
  kFloat8E5M2FNUZ = 20,
  kUint4 = 21,
  kInt4 = 22,
  kFloat4E2M1 = 23,
  kFloat8E8M0 = 24,
  kUint2 = 25,
  kInt2 = 26,
};

// Dimensions of a tensor. In static (model) information -1 is "not known";
// everywhere after planning all dimensions are >= 0.
using Shape = std::vector<int64_t>;

// Bits of one element; 0 for kUndefined and unknown values. A string is a
// reference of 128 bits (graph::StringRef) in memory, wherever its characters
// are.
int ElementBits(DataType type);

// "float32", "int64", ...; "unknown" otherwise.
const char* DataTypeName(DataType type);

// Rank limit of every tensor taken from outside.
inline constexpr size_t kMaxRank = 64;

// Product of the dimensions; an error when one is negative, the rank is above
// kMaxRank or the product is 2^48 or more.
Result<int64_t> ElementCount(std::span<const int64_t> dims);

// Bytes of a dense tensor; sub-byte types are packed, the last byte padded.
Result<size_t> ByteSize(DataType type, std::span<const int64_t> dims);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_TENSOR_TYPE_H_
