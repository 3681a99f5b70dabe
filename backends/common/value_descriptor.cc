#include "backends/common/value_descriptor.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

using graph::DataType;
using graph::ValueType;
using Kind = graph::Value::Kind;

// Values in the inputs of one run, elements of sequences included.
constexpr uint64_t kMaxValues = uint64_t{1} << 24;

Status Wrong(onnxStatus code, const std::string& what) {
  return Status(code, what);
}

bool IsKnownDataType(uint32_t type) {
  return type > 0 && type <= static_cast<uint32_t>(DataType::kInt2);
}

uint32_t AbiKind(Kind kind) {
  switch (kind) {
    case Kind::kTensor:
      return ONNXIFI_VALUE_KIND_TENSOR;
    case Kind::kSequence:
      return ONNXIFI_VALUE_KIND_SEQUENCE;
    case Kind::kOptional:
      return ONNXIFI_VALUE_KIND_OPTIONAL;
    case Kind::kMap:
      return ONNXIFI_VALUE_KIND_MAP;
    default:
      return 0;
  }
}

const char* AbiKindName(uint32_t kind) {
  constexpr const char* kNames[] = {"value", "tensor", "sequence", "optional",
                                    "map"};
  return kNames[kind <= ONNXIFI_VALUE_KIND_MAP ? kind : 0];
}

bool CanBeKey(DataType type) {
  switch (type) {
    case DataType::kUint8:
    case DataType::kInt8:
    case DataType::kUint16:
    case DataType::kInt16:
    case DataType::kInt32:
    case DataType::kInt64:
    case DataType::kUint32:
    case DataType::kUint64:
    case DataType::kString:
      return true;
    default:
      return false;
  }
}

// What a load of one element needs.
size_t Alignment(DataType type) {
  const auto bytes = static_cast<size_t>(graph::ElementBits(type)) / 8;
  return std::clamp<size_t>(bytes, 1, 8);
}

Status CheckKind(const onnxValue& value, const ValueType& declared) {
  if (value.kind < ONNXIFI_VALUE_KIND_TENSOR ||
      value.kind > ONNXIFI_VALUE_KIND_MAP) {
    return Wrong(
        ONNXIFI_STATUS_INVALID_DATATYPE,
        StrCat("the kind ", value.kind, " is not one of ONNXIFI_VALUE_KIND_*"));
  }
  if (value.kind != AbiKind(declared.kind)) {
    return Wrong(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                 StrCat("it is a ", AbiKindName(value.kind),
                        ", but the model declares ", TypeText(declared)));
  }
  const bool tensor = value.kind == ONNXIFI_VALUE_KIND_TENSOR;
  const bool unused = tensor
                          ? value.elementCount != 0 || value.elements != nullptr
                          : value.dataType != 0 || value.dimensions != 0 ||
                                value.shape != nullptr ||
                                value.data != nullptr || value.dataSize != 0;
  if (!unused) return Status::Ok();
  return Wrong(ONNXIFI_STATUS_INVALID_SIZE,
               StrCat("members that a ", AbiKindName(value.kind),
                      " does not use must be 0 or NULL"));
}

// Rank, dimensions and the number of bytes.
Result<graph::Shape> ReadShape(const onnxValue& value, DataType type) {
  if (value.dimensions > graph::kMaxRank) {
    return Wrong(
        ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
        StrCat("its rank ", value.dimensions, " is above ", graph::kMaxRank));
  }
  if (value.dimensions > 0 && value.shape == nullptr) {
    return Wrong(
        ONNXIFI_STATUS_INVALID_SHAPE,
        StrCat("shape is NULL although the rank is ", value.dimensions));
  }
  graph::Shape dims;
  for (uint32_t i = 0; i < value.dimensions; ++i) {
    if (value.shape[i] >
        static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Wrong(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                   StrCat("dimension ", i, " is too large"));
    }
    dims.push_back(static_cast<int64_t>(value.shape[i]));
  }
  const Result<size_t> bytes = graph::ByteSize(type, dims);
  if (!bytes.ok()) {
    return Wrong(
        ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
        StrCat("the shape ", ShapeText(dims), " does not fit into memory"));
  }
  if (*bytes != value.dataSize) {
    return Wrong(ONNXIFI_STATUS_INVALID_SIZE,
                 StrCat("dataSize is ", value.dataSize, ", but ",
                        graph::DataTypeName(type), " ", ShapeText(dims),
                        " needs ", *bytes));
  }
  return dims;
}

// The client's strings as references to its characters.
Result<graph::TensorPtr> ReadStrings(const onnxValue& value,
                                     graph::Shape dims) {
  ONNXIFI_ASSIGN_OR_RETURN(
      graph::NewTensor made,
      graph::MakeTensor(DataType::kString, std::move(dims)));
  auto* out = static_cast<graph::StringRef*>(made.data);
  const auto* from = static_cast<const std::byte*>(value.data);
  const size_t count = value.dataSize / sizeof(onnxStringView);
  for (size_t i = 0; i < count; ++i) {
    onnxStringView view;
    std::memcpy(&view, from + i * sizeof(view), sizeof(view));
    if (view.data == nullptr && view.size > 0) {
      return Wrong(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                   StrCat("string ", i, " has ", view.size,
                          " bytes, but its data is NULL"));
    }
    if (view.size > graph::StringRef().max_size()) {
      return Wrong(ONNXIFI_STATUS_INVALID_SIZE,
                   StrCat("string ", i, " claims ", view.size, " bytes"));
    }
    out[i] = graph::StringRef(view.data, view.size);
  }
  return made.tensor;
}

}  // namespace

Result<ValueArray> ValueArray::Make(const onnxValue* first, uint64_t count) {
  if (count == 0) return ValueArray(nullptr, 0, 0);
  if (first == nullptr) {
    return Wrong(ONNXIFI_STATUS_INVALID_POINTER,
                 StrCat("there are ", count,
                        " values, but their array is "
                        "NULL"));
  }
  if (reinterpret_cast<uintptr_t>(first) % alignof(onnxValue) != 0) {
    return Wrong(ONNXIFI_STATUS_INVALID_POINTER,
                 "an array of values is not aligned");
  }
  if (count > kMaxValues) {
    return Wrong(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                 StrCat(count, " values are more than ", kMaxValues));
  }
  const size_t stride = first->structSize;
  if (stride < sizeof(onnxValue) || stride % alignof(onnxValue) != 0) {
    return Wrong(ONNXIFI_STATUS_INVALID_SIZE,
                 StrCat("structSize of a value is ", stride,
                        "; interface 1.1 needs ", sizeof(onnxValue),
                        " or more, in steps of ", alignof(onnxValue)));
  }
  const ValueArray array(first, static_cast<size_t>(count), stride);
  for (size_t i = 0; i < array.size(); ++i) {
    if (array[i].structSize == stride) continue;
    return Wrong(ONNXIFI_STATUS_INVALID_SIZE,
                 StrCat("structSize of value ", i, " is ", array[i].structSize,
                        ", but ", stride, " of the first in its array"));
  }
  return array;
}

Status ValueReader::Count(uint64_t values) {
  seen_ += values;
  if (seen_ <= kMaxValues) return Status::Ok();
  return Wrong(ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
               StrCat("the inputs have more than ", kMaxValues, " elements"));
}

Result<RunValue> ValueReader::Read(const onnxValue& value,
                                   const ValueType& declared) {
  ONNXIFI_RETURN_IF_ERROR(Count(1));
  ONNXIFI_RETURN_IF_ERROR(CheckKind(value, declared));
  return declared.kind == Kind::kTensor ? ReadTensor(value, declared.type)
                                        : ReadElements(value, declared);
}

Result<RunValue> ValueReader::ReadTensor(const onnxValue& value,
                                         DataType type) {
  if (!IsKnownDataType(value.dataType)) {
    return Wrong(ONNXIFI_STATUS_INVALID_DATATYPE,
                 StrCat("data type ", value.dataType,
                        " is not one of TensorProto.DataType"));
  }
  if (static_cast<DataType>(value.dataType) != type) {
    return Wrong(
        ONNXIFI_STATUS_MISMATCHING_DATATYPE,
        StrCat("it is ",
               graph::DataTypeName(static_cast<DataType>(value.dataType)),
               ", but the model declares ", graph::DataTypeName(type)));
  }
  ONNXIFI_ASSIGN_OR_RETURN(graph::Shape dims, ReadShape(value, type));
  const auto address = reinterpret_cast<uintptr_t>(value.data);
  if (value.dataSize > 0 &&
      (address == 0 ||
       value.dataSize > std::numeric_limits<uintptr_t>::max() - address)) {
    return Wrong(ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                 StrCat("there is no memory of ", value.dataSize,
                        " bytes at the address in data"));
  }
  if (type == DataType::kString) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::TensorPtr strings,
                             ReadStrings(value, std::move(dims)));
    return RunValue::Tensor(std::move(strings));
  }
  if (address % Alignment(type) != 0) {
    ONNXIFI_ASSIGN_OR_RETURN(graph::NewTensor copy,
                             graph::MakeTensor(type, std::move(dims)));
    std::memcpy(copy.data, value.data, value.dataSize);
    return RunValue::Tensor(std::move(copy.tensor));
  }
  auto tensor = std::make_shared<graph::TensorData>();
  tensor->type = type;
  tensor->dims = std::move(dims);
  tensor->data = value.data;
  tensor->bytes = value.dataSize;
  return RunValue::Tensor(std::move(tensor));
}

Result<RunValue> ValueReader::ReadElements(const onnxValue& value,
                                           const ValueType& declared) {
  ONNXIFI_RETURN_IF_ERROR(Count(value.elementCount));
  ONNXIFI_ASSIGN_OR_RETURN(
      const ValueArray elements,
      ValueArray::Make(value.elements, value.elementCount));
  if (declared.kind == Kind::kMap) return ReadMap(elements, declared);
  if (declared.kind == Kind::kOptional) {
    if (elements.size() == 0) return RunValue::EmptyOptional();
    if (elements.size() == 1) return Read(elements[0], declared.elements[0]);
    return Wrong(ONNXIFI_STATUS_INVALID_SIZE,
                 StrCat("an optional has ", elements.size(), " elements"));
  }
  std::vector<RunValue> read;
  read.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    Result<RunValue> element = Read(elements[i], declared.elements[0]);
    if (!element.ok()) {
      return element.status().WithContext(StrCat("element ", i));
    }
    read.push_back(std::move(element).value());
  }
  return RunValue::Sequence(std::move(read));
}

Result<RunValue> ValueReader::ReadMap(const ValueArray& elements,
                                      const ValueType& declared) {
  if (elements.size() != 2) {
    return Wrong(ONNXIFI_STATUS_INVALID_SIZE,
                 StrCat("a map has ", elements.size(),
                        " elements instead of keys and values"));
  }
  ValueType key_type;
  key_type.kind = Kind::kTensor;
  key_type.type = declared.type;
  Result<RunValue> keys = Read(elements[0], key_type);
  if (!keys.ok()) return keys.status().WithContext("keys");
  Result<RunValue> values = Read(elements[1], declared.elements[0]);
  if (!values.ok()) return values.status().WithContext("values");
  const graph::Shape& dims = keys->tensor->dims;
  if (dims.size() != 1 || values->tensor->dims != dims) {
    return Wrong(ONNXIFI_STATUS_INVALID_SHAPE,
                 StrCat("the keys of a map are ", ShapeText(dims),
                        " and its values ", ShapeText(values->tensor->dims),
                        ": both must have the same one dimension"));
  }
  return RunValue::Map(keys->tensor, values->tensor);
}

ValueType TypeOfValue(const graph::Value& value) {
  if (value.whole_type != nullptr) return *value.whole_type;
  ValueType type;
  type.kind = value.kind;
  type.type = value.type;
  return type;
}

std::string TypeText(const ValueType& type) {
  const std::string inner =
      type.elements.empty() ? "unknown" : TypeText(type.elements[0]);
  switch (type.kind) {
    case Kind::kTensor:
      return StrCat(graph::DataTypeName(type.type), " tensor");
    case Kind::kSequence:
      return StrCat("sequence of ", inner);
    case Kind::kOptional:
      return StrCat("optional ", inner);
    case Kind::kMap:
      return StrCat("map from ", graph::DataTypeName(type.type), " to ", inner);
    case Kind::kSparse:
      return "sparse tensor";
    default:
      return "value of unknown type";
  }
}

Status CheckCarried(const ValueType& type) {
  const auto refuse = [](const std::string& why) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE, why);
  };
  const ValueType* at = &type;
  for (int depth = 0; at->kind != Kind::kTensor; ++depth) {
    if (depth == ONNXIFI_VALUE_MAX_DEPTH) {
      return refuse(StrCat("is nested deeper than ", ONNXIFI_VALUE_MAX_DEPTH));
    }
    const bool map = at->kind == Kind::kMap;
    if (at->kind != Kind::kSequence && at->kind != Kind::kOptional && !map) {
      return refuse(StrCat("is or holds a ", TypeText(*at),
                           ", which no value can carry"));
    }
    if (at->elements.size() != 1 ||
        (map &&
         (!CanBeKey(at->type) || at->elements[0].kind != Kind::kTensor))) {
      return refuse(StrCat("is or holds a ", TypeText(*at),
                           ", which no value can carry"));
    }
    at = &at->elements[0];
  }
  return IsKnownDataType(static_cast<uint32_t>(at->type))
             ? Status::Ok()
             : refuse("is or holds a tensor without element type");
}

}  // namespace onnxifi::abi
