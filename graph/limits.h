#ifndef ONNXIFI_GRAPH_LIMITS_H_
#define ONNXIFI_GRAPH_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace onnxifi::graph {

// What the reader accepts from outside. A model beyond a limit is refused with
// a message that names the limit; none is reached by a model in normal use.

// Protobuf's own limit: lengths are 32-bit signed.
inline constexpr size_t kMaxModelBytes = (size_t{1} << 31) - 1;
// Model text without tensor data: nodes, names, attributes.
inline constexpr size_t kMaxSkeletonBytes = size_t{256} << 20;
// Nested protobuf messages.
inline constexpr int kMaxMessageDepth = 200;
// If/Loop/Scan bodies within each other.
inline constexpr int kMaxSubgraphDepth = 32;
// Nodes of a model with its subgraphs, functions and after inlining.
inline constexpr int64_t kMaxNodes = 1'000'000;
inline constexpr int64_t kMaxFunctions = 10'000;
inline constexpr int kMaxFunctionDepth = 100;
// Strings and messages that become an object each; an object takes up to 25
// times its bytes in the file.
inline constexpr int64_t kMaxFields = 32'000'000;
// Numbers in attributes; eight times their bytes in the file.
inline constexpr int64_t kMaxNumbers = 128'000'000;
inline constexpr size_t kMaxNameBytes = 4096;
// Product of a tensor's dimensions stays below this.
inline constexpr int64_t kMaxElements = int64_t{1} << 48;
// Dense size of a sparse tensor, whose file size does not bound it.
inline constexpr size_t kMaxDenseFromSparseBytes = size_t{1} << 30;
// Sequences, optionals and maps within each other, in data files, and all the
// values that one file may hold.
inline constexpr int kMaxValueDepth = 16;
inline constexpr int64_t kMaxValueElements = 4'000'000;
// Tensors up to this many elements are visible to shape inference.
inline constexpr int64_t kInlineElements = 1024;

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_LIMITS_H_
