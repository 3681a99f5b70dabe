#ifndef ONNXIFI_LOADER_NODE_COUNT_H_
#define ONNXIFI_LOADER_NODE_COUNT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace onnxifi::loader {

// How many nodes the graph of a serialized model has: its fields are counted,
// nothing is read. Nothing when the bytes are cut off or hold what ONNX never
// uses. Takes time for each field but not for its bytes, and no memory.
std::optional<uint64_t> CountNodes(std::span<const std::byte> model);

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_NODE_COUNT_H_
