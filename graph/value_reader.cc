#include "graph/value_reader.h"

#include <cstring>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "base/str_cat.h"
#include "graph/limits.h"
#include "graph/onnx_reader.h"
#include "graph/tensor_fields.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {
namespace {

using Kind = Value::Kind;

// Field numbers of onnx-data.proto. SequenceProto and OptionalProto have the
// same ones; only how often the content may stand differs.
constexpr uint32_t kName = 1;
constexpr uint32_t kElemType = 2;
constexpr uint32_t kFirstContent = 3;
constexpr uint32_t kLastContent = 7;
constexpr uint32_t kMapKeyType = 2;
constexpr uint32_t kMapKeys = 3;
constexpr uint32_t kMapStringKeys = 4;
constexpr uint32_t kMapValues = 5;

// By field number from kFirstContent on; elem_type counts them from 1.
constexpr Kind kContents[] = {Kind::kTensor, Kind::kSparse, Kind::kSequence,
                              Kind::kMap, Kind::kOptional};

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kTensor:
      return "tensor";
    case Kind::kSequence:
      return "sequence";
    case Kind::kOptional:
      return "optional";
    case Kind::kMap:
      return "map";
    case Kind::kSparse:
      return "sparse tensor";
    default:
      return "value of unknown kind";
  }
}

template <typename T>
bool Narrow(const std::vector<int64_t>& keys, void* out) {
  auto* to = static_cast<T*>(out);
  for (const int64_t key : keys) {
    const T narrow = static_cast<T>(key);
    // A uint64 key travels as the int64 of the same bits.
    if (sizeof(T) < sizeof(key) && static_cast<int64_t>(narrow) != key) {
      return false;
    }
    *to++ = narrow;
  }
  return true;
}

bool NarrowKeys(DataType type, const std::vector<int64_t>& keys, void* out) {
  switch (type) {
    case DataType::kUint8:
      return Narrow<uint8_t>(keys, out);
    case DataType::kInt8:
      return Narrow<int8_t>(keys, out);
    case DataType::kUint16:
      return Narrow<uint16_t>(keys, out);
    case DataType::kInt16:
      return Narrow<int16_t>(keys, out);
    case DataType::kInt32:
      return Narrow<int32_t>(keys, out);
    case DataType::kUint32:
      return Narrow<uint32_t>(keys, out);
    case DataType::kInt64:
    case DataType::kUint64:
      return Narrow<int64_t>(keys, out);
    default:
      return false;
  }
}

bool IsIntegerKey(DataType type) {
  const std::vector<int64_t> none;
  return NarrowKeys(type, none, nullptr);
}

// Reads one file. Lives for one call.
class Reader {
 public:
  Result<DataValue> Read(Bytes bytes, Kind kind, int depth);

 private:
  Result<DataValue> ReadTensorValue(Bytes bytes);
  Result<DataValue> ReadContainer(Bytes bytes, Kind kind, int depth);
  Result<DataValue> ReadMap(Bytes bytes, int depth);
  static Result<TensorPtr> MakeKeys(DataType type, const Numbers& numbers,
                                    const std::vector<Bytes>& strings);
  static Result<DataValue> JoinValues(const DataValue& sequence);

  int64_t left_ = kMaxValueElements;
};

Result<DataValue> Reader::Read(Bytes bytes, Kind kind, int depth) {
  if (depth > kMaxValueDepth) {
    return Invalid(StrCat("values are nested deeper than ", kMaxValueDepth));
  }
  if (--left_ < 0) {
    return Invalid(
        StrCat("there are more than ", kMaxValueElements, " values"));
  }
  switch (kind) {
    case Kind::kTensor:
      return ReadTensorValue(bytes);
    case Kind::kSequence:
    case Kind::kOptional:
      return ReadContainer(bytes, kind, depth);
    case Kind::kMap:
      return ReadMap(bytes, depth);
    default:
      return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                    StrCat("a ", KindName(kind), " cannot be read"));
  }
}

Result<DataValue> Reader::ReadTensorValue(Bytes bytes) {
  ONNXIFI_ASSIGN_OR_RETURN(NamedTensor read, ReadTensor(bytes));
  DataValue value;
  value.name = std::move(read.name);
  value.tensor = std::move(read.tensor);
  return value;
}

Result<DataValue> Reader::ReadContainer(Bytes bytes, Kind kind, int depth) {
  DataValue value;
  value.kind = kind;
  uint64_t announced = 0;
  std::optional<uint64_t> found;  // elem_type that the content belongs to
  bool foreign = false;           // fields that these messages do not have
  std::vector<Bytes> contents;
  WireReader fields(bytes);
  WireField field;
  while (!fields.done()) {
    ONNXIFI_RETURN_IF_ERROR(fields.Next(&field));
    const WireType wanted =
        field.number == kElemType ? WireType::kVarint : WireType::kBytes;
    if (field.number > kLastContent) {
      foreign = true;
      continue;
    }
    if (field.type != wanted) {
      return Invalid(
          StrCat("field ", field.number, " has the wrong wire type"));
    }
    if (field.number == kName) {
      value.name = Text(field.bytes);
    } else if (field.number == kElemType) {
      announced = field.value;
    } else {
      const uint64_t type = field.number - kFirstContent + 1;
      if (found.has_value() && *found != type) {
        return Invalid("it has contents of two kinds");
      }
      found = type;
      contents.push_back(field.bytes);
    }
  }
  if (found.has_value() && *found != announced) {
    return Invalid(StrCat("its elem_type is ", announced,
                          ", but its content has number ", *found));
  }
  if (kind == Kind::kOptional) {
    if (contents.size() > 1) return Invalid("an optional has two contents");
    // The fields of a scalar TensorProto would read as an empty optional.
    if (contents.empty() && foreign) {
      return Invalid("an optional has no content, but fields of a tensor");
    }
  }
  for (const Bytes content : contents) {
    Result<DataValue> element = Read(content, kContents[*found - 1], depth + 1);
    if (!element.ok()) {
      return element.status().WithContext(
          StrCat("element ", value.elements.size()));
    }
    value.elements.push_back(std::move(element).value());
  }
  return value;
}

Result<DataValue> Reader::ReadMap(Bytes bytes, int depth) {
  DataValue value;
  value.kind = Kind::kMap;
  uint64_t key_type = 0;
  Numbers numbers;
  std::vector<Bytes> strings;
  DataValue values;
  values.kind = Kind::kSequence;
  WireReader fields(bytes);
  WireField field;
  while (!fields.done()) {
    ONNXIFI_RETURN_IF_ERROR(fields.Next(&field));
    if (field.number == kMapKeys) {
      ONNXIFI_RETURN_IF_ERROR(AddNumbers(field, WireType::kVarint, &numbers));
      continue;
    }
    if (field.number > kMapValues) continue;
    const bool number = field.number == kMapKeyType;
    if (field.type != (number ? WireType::kVarint : WireType::kBytes)) {
      return Invalid(
          StrCat("field ", field.number, " has the wrong wire type"));
    }
    if (field.number == kName) {
      value.name = Text(field.bytes);
    } else if (field.number == kMapKeyType) {
      key_type = field.value;
    } else if (field.number == kMapStringKeys) {
      strings.push_back(field.bytes);
    } else {
      if (!values.elements.empty()) return Invalid("a map has values twice");
      ONNXIFI_ASSIGN_OR_RETURN(
          values, ReadContainer(field.bytes, Kind::kSequence, depth + 1));
    }
  }
  if (key_type > static_cast<uint64_t>(DataType::kInt2)) key_type = 0;
  ONNXIFI_ASSIGN_OR_RETURN(
      value.tensor,
      MakeKeys(static_cast<DataType>(key_type), numbers, strings));
  ONNXIFI_ASSIGN_OR_RETURN(DataValue joined, JoinValues(values));
  if (joined.tensor->dims != value.tensor->dims) {
    return Invalid(StrCat("a map has ", value.tensor->dims[0], " keys and ",
                          joined.tensor->dims[0], " values"));
  }
  value.elements.push_back(std::move(joined));
  return value;
}

Result<TensorPtr> Reader::MakeKeys(DataType type, const Numbers& numbers,
                                   const std::vector<Bytes>& strings) {
  if (type == DataType::kString) {
    if (!numbers.empty()) return Invalid("a map has keys of two kinds");
    std::vector<std::string> keys;
    for (const Bytes bytes : strings) keys.emplace_back(Text(bytes));
    const auto count = static_cast<int64_t>(keys.size());
    return MakeStringTensor(std::move(keys), {count});
  }
  if (!IsIntegerKey(type)) {
    return Invalid("the keys of a map are neither integers nor strings");
  }
  if (!strings.empty()) return Invalid("a map has keys of two kinds");
  std::vector<int64_t> keys;
  if (!numbers.ForEachVarint(
          [&](uint64_t key) { keys.push_back(static_cast<int64_t>(key)); })) {
    return Invalid("the keys of a map are malformed");
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      NewTensor made, MakeTensor(type, {static_cast<int64_t>(keys.size())}));
  if (!NarrowKeys(type, keys, made.data)) {
    return Invalid(StrCat("a key of a map does not fit ", DataTypeName(type)));
  }
  return made.tensor;
}

// A map's values are a sequence of tensors with one element each.
Result<DataValue> Reader::JoinValues(const DataValue& sequence) {
  DataValue joined;
  const auto count = static_cast<int64_t>(sequence.elements.size());
  if (count == 0) {
    auto none = std::make_shared<TensorData>();
    none->dims = {0};
    joined.tensor = std::move(none);
    return joined;
  }
  const auto type_of = [](const DataValue& value) {
    return value.kind == Kind::kTensor ? value.tensor->type
                                       : DataType::kUndefined;
  };
  const DataType type = type_of(sequence.elements[0]);
  const auto width = static_cast<size_t>(ElementBits(type)) / 8;
  if (width == 0) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat("a map with values of type ", DataTypeName(type),
                         " cannot be read"));
  }
  for (const DataValue& element : sequence.elements) {
    if (type_of(element) != type || element.tensor->bytes != width) {
      return Invalid("a value of a map is not one element of the same type");
    }
  }
  if (type == DataType::kString) {
    std::vector<std::string> strings;
    for (const DataValue& element : sequence.elements) {
      strings.emplace_back(
          *static_cast<const StringRef*>(element.tensor->data));
    }
    joined.tensor = MakeStringTensor(std::move(strings), {count});
    return joined;
  }
  ONNXIFI_ASSIGN_OR_RETURN(NewTensor made, MakeTensor(type, {count}));
  auto* out = static_cast<std::byte*>(made.data);
  for (const DataValue& element : sequence.elements) {
    std::memcpy(out, element.tensor->data, width);
    out += width;
  }
  joined.tensor = std::move(made.tensor);
  return joined;
}

}  // namespace

Result<DataValue> ReadValue(std::span<const std::byte> bytes,
                            Value::Kind kind) {
  try {
    return Reader().Read(bytes, kind, 0);
  } catch (const std::bad_alloc&) {
    return Status(ONNXIFI_STATUS_NO_SYSTEM_MEMORY, "no memory for the value");
  }
}

}  // namespace onnxifi::graph
