#include "graph/wire_tensor.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "base/str_cat.h"
#include "graph/tensor_fields.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {
Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// How much fixed-size data `numbers` holds, or nothing when a packed chunk
// ends inside a number.
std::optional<size_t> FixedBytes(const Numbers& numbers, size_t width) {
  size_t total = 0;
  for (const WireField& part : numbers.parts) {
    if (part.type == WireType::kBytes) {
      if (part.bytes.size() % width != 0) return std::nullopt;
      total += part.bytes.size();
    } else {
      total += width;
    }
  }
  return total;
}

Status WrongCount(const char* field, uint64_t found, uint64_t expected) {
  return Invalid(StrCat(field, " has ", found,
                        " where its type and shape need ", expected));
}

// Decodes one tensor whose fields are read. Lives for one call.
class Decoder {
 public:
  Decoder(const TensorFields& fields, const TensorSource& source)
      : fields_(fields), source_(source) {}

  Result<TensorPtr> Decode();

 private:
  TensorPtr InPlace(Bytes bytes, std::shared_ptr<const void> owner) const;
  Result<TensorPtr> FromRaw() const;
  Result<TensorPtr> FromExternal() const;
  Result<TensorPtr> CheckGiven(TensorPtr given) const;
  Result<TensorPtr> FromStrings() const;
  Result<TensorPtr> FromFixed(const char* field, const Numbers& numbers,
                              size_t width) const;
  template <typename T>
  Result<TensorPtr> FromVarints(const char* field, const Numbers& numbers,
                                int64_t low, uint64_t high) const;
  Result<TensorPtr> FromTyped() const;
  Result<TensorPtr> FromInt32s() const;

  const TensorFields& fields_;
  const TensorSource& source_;
  DataType type_ = DataType::kUndefined;
  Shape dims_;
  int64_t count_ = 0;
  size_t bytes_ = 0;
};

Result<TensorPtr> Decoder::Decode() {
  if (fields_.data_type == 0) return Invalid("it has no data_type");
  if (fields_.data_type > static_cast<uint64_t>(DataType::kInt2)) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE,
                  StrCat("its data_type ", fields_.data_type,
                         " is not one that this library knows"));
  }
  type_ = static_cast<DataType>(fields_.data_type);
  ONNXIFI_ASSIGN_OR_RETURN(dims_, ReadDims(fields_.dims));
  Result<int64_t> count = ElementCount(dims_);
  if (!count.ok()) return Invalid(count.status().message());
  count_ = *count;
  if (type_ != DataType::kString) {
    ONNXIFI_ASSIGN_OR_RETURN(bytes_, ByteSize(type_, dims_));
  }
  const bool raw = fields_.raw.has_value() && !fields_.raw->empty();
  const int used =
      int{raw} + int{!fields_.strings.empty()} + int{!fields_.floats.empty()} +
      int{!fields_.int32s.empty()} + int{!fields_.int64s.empty()} +
      int{!fields_.doubles.empty()} + int{!fields_.uint64s.empty()};
  if (fields_.external) {
    if (used != 0) return Invalid("it has both external and embedded data");
    return FromExternal();
  }
  if (used > 1) return Invalid("it has data in more than one field");
  if (count_ == 0) {
    if (used != 0) return Invalid("its shape is empty but it has data");
    if (type_ == DataType::kString) return MakeStringTensor({}, dims_);
    ONNXIFI_ASSIGN_OR_RETURN(NewTensor empty, MakeTensor(type_, dims_));
    return empty.tensor;
  }
  if (used == 0) return Invalid("it has no data");
  return raw ? FromRaw() : FromTyped();
}

TensorPtr Decoder::InPlace(Bytes bytes,
                           std::shared_ptr<const void> owner) const {
  auto tensor = std::make_shared<TensorData>();
  tensor->type = type_;
  tensor->dims = dims_;
  tensor->data = bytes.data();
  tensor->bytes = bytes.size();
  tensor->owner = std::move(owner);
  return tensor;
}

Result<TensorPtr> Decoder::FromRaw() const {
  if (type_ == DataType::kString) return Invalid("strings are in raw_data");
  if (fields_.raw->size() != bytes_) {
    return WrongCount("raw_data", fields_.raw->size(), bytes_);
  }
  return InPlace(*fields_.raw, source_.owner);
}

Result<TensorPtr> Decoder::CheckGiven(TensorPtr given) const {
  if (given->type != type_) {
    return Status(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                  StrCat("weight ", Quoted(fields_.name), " is given as ",
                         DataTypeName(given->type), ", the model declares ",
                         DataTypeName(type_)));
  }
  if (given->dims != dims_) {
    return Status(ONNXIFI_STATUS_MISMATCHING_SHAPE,
                  StrCat("weight ", Quoted(fields_.name), " is given as ",
                         ShapeText(given->dims), ", the model declares ",
                         ShapeText(dims_)));
  }
  return given;
}

Result<TensorPtr> Decoder::FromExternal() const {
  if (source_.given != nullptr) {
    if (TensorPtr given = source_.given->Use(fields_.name)) {
      return CheckGiven(std::move(given));
    }
  }
  if (source_.external == nullptr) {
    return Invalid(
        "its data is in an external file, and a model given as bytes has no "
        "directory; embed the data or give a directory for external data");
  }
  if (type_ == DataType::kString) return Invalid("strings are external data");
  ONNXIFI_ASSIGN_OR_RETURN(
      const MappedFile file,
      source_.external->Load(fields_.external_entries, bytes_));
  return InPlace(file.bytes, file.owner);
}

Result<TensorPtr> Decoder::FromStrings() const {
  if (fields_.strings.size() != static_cast<uint64_t>(count_)) {
    return WrongCount("string_data", fields_.strings.size(),
                      static_cast<uint64_t>(count_));
  }
  std::vector<std::string> strings;
  strings.reserve(fields_.strings.size());
  for (const Bytes bytes : fields_.strings) strings.emplace_back(Text(bytes));
  return MakeStringTensor(std::move(strings), dims_);
}

Result<TensorPtr> Decoder::FromFixed(const char* field, const Numbers& numbers,
                                     size_t width) const {
  const std::optional<size_t> total = FixedBytes(numbers, width);
  if (!total.has_value()) {
    return Invalid(StrCat(field, " ends inside a number"));
  }
  if (*total != bytes_) return WrongCount(field, *total, bytes_);
  if (numbers.parts.size() == 1 &&
      numbers.parts.front().type == WireType::kBytes) {
    return InPlace(numbers.parts.front().bytes, source_.owner);
  }
  ONNXIFI_ASSIGN_OR_RETURN(NewTensor made, MakeTensor(type_, dims_));
  auto* out = static_cast<std::byte*>(made.data);
  for (const WireField& part : numbers.parts) {
    const bool packed = part.type == WireType::kBytes;
    const size_t size = packed ? part.bytes.size() : width;
    const void* from =
        packed ? static_cast<const void*>(part.bytes.data()) : &part.value;
    std::memcpy(out, from, size);
    out += size;
  }
  return made.tensor;
}

// Decodes varints into elements of type T, which must lie in [low, high] once
// read as signed when negative.
template <typename T>
Result<TensorPtr> Decoder::FromVarints(const char* field,
                                       const Numbers& numbers, int64_t low,
                                       uint64_t high) const {
  const size_t expected = CeilDiv(bytes_, sizeof(T));
  size_t found = 0;
  if (!numbers.ForEachVarint([&](uint64_t) { ++found; })) {
    return Invalid(StrCat(field, " is malformed"));
  }
  if (found != expected) return WrongCount(field, found, expected);
  ONNXIFI_ASSIGN_OR_RETURN(NewTensor made, MakeTensor(type_, dims_));
  auto* out = static_cast<T*>(made.data);
  bool in_range = true;
  const bool as_bool = type_ == DataType::kBool;
  (void)numbers.ForEachVarint([&](uint64_t value) {
    const auto number = static_cast<int64_t>(value);
    in_range &= number < 0 && low < 0 ? number >= low : value <= high;
    *out++ = as_bool ? static_cast<T>(value != 0) : static_cast<T>(value);
  });
  if (!in_range) {
    return Invalid(
        StrCat(field, " has a number that does not fit ", DataTypeName(type_)));
  }
  return made.tensor;
}

Result<TensorPtr> Decoder::FromInt32s() const {
  constexpr const char* kField = "int32_data";
  const Numbers& numbers = fields_.int32s;
  switch (ElementBits(type_)) {
    case 32:
      // Negative numbers take ten bytes, or five from sloppy writers.
      return FromVarints<int32_t>(kField, numbers,
                                  std::numeric_limits<int32_t>::min(),
                                  std::numeric_limits<uint32_t>::max());
    case 16:
      return FromVarints<uint16_t>(kField, numbers,
                                   std::numeric_limits<int16_t>::min(),
                                   std::numeric_limits<uint16_t>::max());
    default:
      // Sub-byte types: each number holds one packed byte.
      return FromVarints<uint8_t>(kField, numbers,
                                  std::numeric_limits<int8_t>::min(),
                                  std::numeric_limits<uint8_t>::max());
  }
}

Result<TensorPtr> Decoder::FromTyped() const {
  const auto misplaced = [&](const char* field) {
    return Invalid(StrCat(DataTypeName(type_), " data must be in ", field));
  };
  constexpr int64_t kMin64 = std::numeric_limits<int64_t>::min();
  constexpr uint64_t kMax64 = std::numeric_limits<uint64_t>::max();
  switch (type_) {
    case DataType::kFloat:
    case DataType::kComplex64:
      if (fields_.floats.empty()) return misplaced("float_data");
      return FromFixed("float_data", fields_.floats, 4);
    case DataType::kDouble:
    case DataType::kComplex128:
      if (fields_.doubles.empty()) return misplaced("double_data");
      return FromFixed("double_data", fields_.doubles, 8);
    case DataType::kInt64:
      if (fields_.int64s.empty()) return misplaced("int64_data");
      return FromVarints<int64_t>("int64_data", fields_.int64s, kMin64, kMax64);
    case DataType::kUint64:
      if (fields_.uint64s.empty()) return misplaced("uint64_data");
      return FromVarints<uint64_t>("uint64_data", fields_.uint64s, 0, kMax64);
    case DataType::kUint32:
      if (fields_.uint64s.empty()) return misplaced("uint64_data");
      return FromVarints<uint32_t>("uint64_data", fields_.uint64s, 0,
                                   std::numeric_limits<uint32_t>::max());
    case DataType::kString:
      if (fields_.strings.empty()) return misplaced("string_data");
      return FromStrings();
    default:
      if (fields_.int32s.empty()) return misplaced("int32_data");
      return FromInt32s();
  }
}

Status NameTensor(const Status& status, std::string_view name) {
  return status.WithContext(StrCat("tensor ", Quoted(name)));
}

}  // namespace

Result<WireTensor> ReadWireTensor(Bytes message, const TensorSource& source) {
  TensorFields fields;
  if (Status status = ReadTensorFields(message, &fields); !status.ok()) {
    return NameTensor(status, fields.name);
  }
  Result<TensorPtr> data = Decoder(fields, source).Decode();
  if (!data.ok()) return NameTensor(data.status(), fields.name);
  return WireTensor{std::string(fields.name), *std::move(data)};
}

}  // namespace onnxifi::graph
