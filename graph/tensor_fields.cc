#include "graph/tensor_fields.h"

#include <string>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::graph {
namespace {

// TensorProto's field numbers.
enum Field : uint32_t {
  kDims = 1,
  kDataType = 2,
  kSegment = 3,
  kFloatData = 4,
  kInt32Data = 5,
  kStringData = 6,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kUint64Data = 11,
  kExternalData = 13,
  kDataLocation = 14,
};

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

Status WrongWireType(uint32_t number) {
  return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                StrCat("field ", number,
                       " of a tensor has a wire type that ONNX's schema does "
                       "not allow"));
}

Status ReadExternalEntry(Bytes message, ExternalEntries* entries) {
  WireReader reader(message);
  WireField field;
  std::pair<std::string, std::string> entry;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    if (field.number != 1 && field.number != 2) continue;
    if (field.type != WireType::kBytes) return WrongWireType(field.number);
    (field.number == 1 ? entry.first : entry.second) = Text(field.bytes);
  }
  entries->push_back(std::move(entry));
  return Status::Ok();
}

Status AddField(const WireField& field, TensorFields* out) {
  switch (field.number) {
    case kDims:
      return AddNumbers(field, WireType::kVarint, &out->dims);
    case kInt32Data:
      return AddNumbers(field, WireType::kVarint, &out->int32s);
    case kInt64Data:
      return AddNumbers(field, WireType::kVarint, &out->int64s);
    case kUint64Data:
      return AddNumbers(field, WireType::kVarint, &out->uint64s);
    case kFloatData:
      return AddNumbers(field, WireType::kFixed32, &out->floats);
    case kDoubleData:
      return AddNumbers(field, WireType::kFixed64, &out->doubles);
    case kDataType:
    case kDataLocation:
      if (field.type != WireType::kVarint) return WrongWireType(field.number);
      if (field.number == kDataType) {
        out->data_type = field.value;
      } else {
        out->external = field.value == 1;
      }
      return Status::Ok();
    case kSegment:
      return Invalid("it is stored in segments, which ONNX has given up");
    default:
      break;
  }
  const bool known = field.number == kStringData || field.number == kName ||
                     field.number == kRawData || field.number == kExternalData;
  if (!known) return Status::Ok();
  if (field.type != WireType::kBytes) return WrongWireType(field.number);
  if (field.number == kName) {
    out->name = Text(field.bytes);
  } else if (field.number == kRawData) {
    if (out->raw.has_value()) return Invalid("it has two raw_data fields");
    out->raw = field.bytes;
  } else if (field.number == kStringData) {
    out->strings.push_back(field.bytes);
  } else {
    return ReadExternalEntry(field.bytes, &out->external_entries);
  }
  return Status::Ok();
}

}  // namespace

Status AddNumbers(const WireField& field, WireType single, Numbers* numbers) {
  if (field.type != WireType::kBytes && field.type != single) {
    return WrongWireType(field.number);
  }
  if (field.type == single || !field.bytes.empty()) {
    numbers->parts.push_back(field);
  }
  return Status::Ok();
}

Result<Shape> ReadDims(const Numbers& numbers) {
  Shape dims;
  bool too_many = false;
  const bool well_formed = numbers.ForEachVarint([&](uint64_t value) {
    if (dims.size() < kMaxRank) {
      dims.push_back(static_cast<int64_t>(value));
    } else {
      too_many = true;
    }
  });
  if (!well_formed) return Invalid("its dims are malformed");
  if (too_many) {
    return Invalid(StrCat("its rank is above the limit of ", kMaxRank));
  }
  return dims;
}

Status ReadTensorFields(Bytes message, TensorFields* fields) {
  WireReader reader(message);
  WireField field;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    ONNXIFI_RETURN_IF_ERROR(AddField(field, fields));
  }
  return Status::Ok();
}

}  // namespace onnxifi::graph
