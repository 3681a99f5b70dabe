#include "loader/node_count.h"

namespace onnxifi::loader {
namespace {

using Bytes = std::span<const std::byte>;

// Field numbers of ModelProto and GraphProto.
constexpr uint64_t kModelGraph = 7;
constexpr uint64_t kGraphNode = 1;

// Protobuf's wire types.
constexpr uint64_t kVarint = 0;
constexpr uint64_t kFixed64 = 1;
constexpr uint64_t kBytes = 2;
constexpr uint64_t kFixed32 = 5;

// Takes `count` bytes off the front; false when there are fewer.
bool Take(uint64_t count, Bytes* rest, Bytes* taken) {
  if (count > rest->size()) return false;
  *taken = rest->first(static_cast<size_t>(count));
  *rest = rest->subspan(static_cast<size_t>(count));
  return true;
}

bool TakeVarint(Bytes* rest, uint64_t* value) {
  constexpr size_t kMaxBytes = 10;
  *value = 0;
  for (size_t i = 0; i < kMaxBytes && i < rest->size(); ++i) {
    const auto byte = static_cast<uint64_t>((*rest)[i]);
    *value |= (byte & 0x7f) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    *rest = rest->subspan(i + 1);
    return true;
  }
  return false;
}

// Calls `visit` with the bytes of each field `number`; false when the message
// is broken or `visit` says so.
template <typename Visit>
bool ForEach(Bytes message, uint64_t number, const Visit& visit) {
  while (!message.empty()) {
    uint64_t tag = 0;
    uint64_t value = 0;
    Bytes bytes;
    if (!TakeVarint(&message, &tag)) return false;
    switch (tag & 7) {
      case kVarint:
        if (!TakeVarint(&message, &value)) return false;
        break;
      case kFixed64:
      case kFixed32:
        if (!Take((tag & 7) == kFixed64 ? 8 : 4, &message, &bytes)) {
          return false;
        }
        break;
      case kBytes:
        if (!TakeVarint(&message, &value) || !Take(value, &message, &bytes)) {
          return false;
        }
        if (tag >> 3 == number && !visit(bytes)) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

}  // namespace

std::optional<uint64_t> CountNodes(std::span<const std::byte> model) {
  uint64_t count = 0;
  const auto count_node = [&](Bytes) {
    ++count;
    return true;
  };
  const bool whole = ForEach(model, kModelGraph, [&](Bytes graph) {
    return ForEach(graph, kGraphNode, count_node);
  });
  if (!whole) return std::nullopt;
  return count;
}

}  // namespace onnxifi::loader
