#ifndef ONNXIFI_GRAPH_WIRE_READER_H_
#define ONNXIFI_GRAPH_WIRE_READER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace onnxifi::graph {

using Bytes = std::span<const std::byte>;

inline std::string_view Text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kFixed32 = 5,
};

// One field of a protobuf message, in place.
struct WireField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;  // kVarint, kFixed64, kFixed32
  Bytes bytes;         // kBytes: the payload
  Bytes whole;         // tag and payload, to copy verbatim
};

// Walks the fields of one protobuf message without copying. Every length is
// checked against what is left; groups, which ONNX never uses, are errors.
// Not thread-safe; copies are independent.
class WireReader {
 public:
  explicit WireReader(Bytes bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }
  // Reads the next field. Call only when not done().
  Status Next(WireField* field);
  // Reads a bare varint, as in packed fields.
  bool Varint(uint64_t* value);

 private:
  bool Take(size_t count, Bytes* taken);

  Bytes rest_;
};

// Appends protobuf fields to `out`.
void AppendVarint(std::string& out, uint64_t value);
void AppendVarintField(std::string& out, uint32_t number, uint64_t value);
void AppendBytesField(std::string& out, uint32_t number,
                      std::string_view bytes);

// The same for a payload that is appended in between: Begin returns what End
// needs. The length takes five bytes; the payload must be below 4 GiB.
size_t BeginBytesField(std::string& out, uint32_t number);
void EndBytesField(std::string& out, size_t begin);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_WIRE_READER_H_
