#ifndef ONNXIFI_GRAPH_TENSOR_FIELDS_H_
#define ONNXIFI_GRAPH_TENSOR_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/external_data.h"
#include "graph/tensor_type.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {

// A repeated number field: packed chunks and single values in file order.
struct Numbers {
  std::vector<WireField> parts;

  bool empty() const { return parts.empty(); }
  // Calls `use(uint64_t)` for each varint; false when one is malformed.
  template <typename Use>
  bool ForEachVarint(const Use& use) const {
    for (const WireField& part : parts) {
      if (part.type == WireType::kVarint) {
        use(part.value);
        continue;
      }
      WireReader reader(part.bytes);
      for (uint64_t value = 0; !reader.done();) {
        if (!reader.Varint(&value)) return false;
        use(value);
      }
    }
    return true;
  }
};

// The fields of a TensorProto, none interpreted; views of the message.
struct TensorFields {
  Numbers dims;
  uint64_t data_type = 0;
  Numbers floats, int32s, int64s, doubles, uint64s;
  std::vector<Bytes> strings;
  std::optional<Bytes> raw;
  std::string_view name;
  ExternalEntries external_entries;
  bool external = false;
};

Status ReadTensorFields(Bytes message, TensorFields* fields);

// Adds a number field to its list.
// A packed chunk without content counts as
// absent, as in protobuf.
Status AddNumbers(const WireField& field, WireType single, Numbers* numbers);

// The numbers as dimensions, at most kMaxRank of them.
Result<Shape> ReadDims(const Numbers& numbers);

}  // namespace onnxifi::graph

#endif  // ONNXIFI_GRAPH_TENSOR_FIELDS_H_
