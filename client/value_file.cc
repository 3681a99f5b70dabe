#include "client/value_file.h"

#include <cstring>
#include <span>
#include <utility>

#include "base/str_cat.h"
#include "client/tensor_file.h"
#include "client/text.h"
#include "graph/onnx_reader.h"
#include "graph/value_reader.h"
#include "graph/wire_reader.h"

namespace onnxifi::client {
namespace {

using graph::DataValue;
using GraphKind = graph::Value::Kind;
using InfoKind = ValueInfo::Kind;

GraphKind KindOf(const ValueInfo& declared) {
  switch (declared.kind) {
    case InfoKind::kTensor:
    case InfoKind::kUnknown:
      return GraphKind::kTensor;
    case InfoKind::kSequence:
      return GraphKind::kSequence;
    case InfoKind::kOptional:
      return GraphKind::kOptional;
    case InfoKind::kMap:
      return GraphKind::kMap;
    case InfoKind::kSparse:
      break;
  }
  return GraphKind::kSparse;
}

HostValue::Kind HostKind(GraphKind kind) {
  switch (kind) {
    case GraphKind::kSequence:
      return HostValue::Kind::kSequence;
    case GraphKind::kOptional:
      return HostValue::Kind::kOptional;
    case GraphKind::kMap:
      return HostValue::Kind::kMap;
    default:
      return HostValue::Kind::kTensor;
  }
}

// Whether a value is of the kinds that are declared, as deep as it goes.
bool Fits(const DataValue& value, const ValueInfo& declared) {
  if (declared.kind == InfoKind::kUnknown) return true;
  if (value.kind != KindOf(declared)) return false;
  if (declared.elements.empty()) return true;
  for (const DataValue& element : value.elements) {
    if (!Fits(element, declared.elements[0])) return false;
  }
  return true;
}

// `type` replaces the type that an empty map cannot tell.
Result<HostTensor> ToTensor(const graph::TensorData& data,
                            graph::DataType type) {
  if (data.type != graph::DataType::kUndefined) type = data.type;
  ONNXIFI_ASSIGN_OR_RETURN(HostTensor tensor,
                           HostTensor::Make("", type, data.dims));
  if (tensor.has_strings()) {
    const auto* refs = static_cast<const graph::StringRef*>(data.data);
    for (size_t i = 0; i < tensor.strings().size(); ++i) {
      tensor.strings()[i] = refs[i];
    }
  } else if (data.bytes == tensor.bytes().size() && data.bytes > 0) {
    std::memcpy(tensor.bytes().data(), data.data, data.bytes);
  }
  return tensor;
}

Result<HostValue> ToHost(const DataValue& data, const ValueInfo& declared) {
  const ValueInfo unknown;
  const ValueInfo& inner =
      declared.elements.empty() ? unknown : declared.elements[0];
  HostValue value;
  value.kind = HostKind(data.kind);
  if (data.tensor != nullptr) {
    ONNXIFI_ASSIGN_OR_RETURN(value.tensor,
                             ToTensor(*data.tensor, declared.type));
  }
  for (const DataValue& element : data.elements) {
    ONNXIFI_ASSIGN_OR_RETURN(HostValue converted, ToHost(element, inner));
    value.elements.push_back(std::move(converted));
  }
  return value;
}

Result<HostValue> Read(std::span<const std::byte> bytes,
                       const ValueInfo& declared) {
  Result<DataValue> data = graph::ReadValue(bytes, KindOf(declared));
  const bool fits = data.ok() && Fits(*data, declared);
  if (fits) return ToHost(*data, declared);
  if (declared.kind == InfoKind::kOptional && !declared.elements.empty()) {
    Result<HostValue> content = Read(bytes, declared.elements[0]);
    if (content.ok()) {
      HostValue value;
      value.kind = HostValue::Kind::kOptional;
      value.elements.push_back(std::move(content).value());
      return value;
    }
  }
  if (!data.ok()) return data.status();
  return Status(ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                StrCat("its content is no ", TypeText(declared)));
}

// Fields of the messages; see graph/value_reader.cc.
constexpr uint32_t kName = 1;
constexpr uint32_t kTensorDims = 1;
constexpr uint32_t kType = 2;  // data_type, elem_type and key_type
constexpr uint32_t kFirstContent = 3;
constexpr uint32_t kMapKeys = 3;
constexpr uint32_t kMapStringKeys = 4;
constexpr uint32_t kMapValues = 5;
constexpr uint32_t kTensorStrings = 6;
constexpr uint32_t kTensorName = 8;
constexpr uint32_t kTensorRaw = 9;

std::string SerializeTensor(const HostTensor& tensor) {
  std::string out;
  for (const int64_t dim : tensor.dims()) {
    graph::AppendVarintField(out, kTensorDims, static_cast<uint64_t>(dim));
  }
  graph::AppendVarintField(out, kType, static_cast<uint64_t>(tensor.type()));
  for (const std::string& s : tensor.strings()) {
    graph::AppendBytesField(out, kTensorStrings, s);
  }
  if (!tensor.name().empty()) {
    graph::AppendBytesField(out, kTensorName, tensor.name());
  }
  if (!tensor.bytes().empty()) {
    graph::AppendBytesField(out, kTensorRaw, graph::Text(tensor.bytes()));
  }
  return out;
}

// The number of a kind in elem_type, counted from 1; its field follows.
uint32_t ElemType(HostValue::Kind kind) {
  switch (kind) {
    case HostValue::Kind::kTensor:
      return 1;
    case HostValue::Kind::kSequence:
      return 3;
    case HostValue::Kind::kMap:
      return 4;
    case HostValue::Kind::kOptional:
      return 5;
  }
  return 0;
}

// Element i of a 1-D tensor as a tensor of its own.
std::string SerializeElement(const HostTensor& tensor, size_t i) {
  std::string out;
  graph::AppendVarintField(out, kType, static_cast<uint64_t>(tensor.type()));
  if (tensor.has_strings()) {
    graph::AppendBytesField(out, kTensorStrings, tensor.strings()[i]);
    return out;
  }
  const auto count = static_cast<size_t>(tensor.elements());
  const size_t width = tensor.bytes().size() / count;
  graph::AppendBytesField(
      out, kTensorRaw, graph::Text(tensor.bytes().subspan(i * width, width)));
  return out;
}

std::string SerializeMap(const HostValue& map) {
  std::string out;
  if (!map.name().empty()) graph::AppendBytesField(out, kName, map.name());
  const HostTensor& keys = map.tensor;
  graph::AppendVarintField(out, kType, static_cast<uint64_t>(keys.type()));
  std::string values;
  graph::AppendVarintField(values, kType, ElemType(HostValue::Kind::kTensor));
  for (int64_t i = 0; i < keys.elements(); ++i) {
    const auto at = static_cast<size_t>(i);
    if (keys.has_strings()) {
      graph::AppendBytesField(out, kMapStringKeys, keys.strings()[at]);
    } else {
      graph::AppendVarintField(out, kMapKeys, ElementAsBits(keys, i));
    }
    graph::AppendBytesField(values, kFirstContent,
                            SerializeElement(map.elements[0].tensor, at));
  }
  graph::AppendBytesField(out, kMapValues, values);
  return out;
}

}  // namespace

Result<HostValue> ReadValueBytes(std::span<const std::byte> bytes,
                                 const ValueInfo& declared) {
  HostValue value;
  if (KindOf(declared) == GraphKind::kTensor) {
    ONNXIFI_ASSIGN_OR_RETURN(value.tensor, ReadTensorBytes(bytes));
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(value, Read(bytes, declared));
  }
  value.tensor.set_name(declared.name);
  return value;
}

Result<HostValue> ReadValueFile(const std::string& path,
                                const ValueInfo& declared) {
  if (KindOf(declared) == GraphKind::kTensor) {
    HostValue value;
    ONNXIFI_ASSIGN_OR_RETURN(value.tensor, ReadTensorFile(path));
    value.tensor.set_name(declared.name);
    return value;
  }
  ONNXIFI_ASSIGN_OR_RETURN(const graph::MappedFile file, graph::MapFile(path));
  Result<HostValue> value = ReadValueBytes(file.bytes, declared);
  if (value.ok()) return value;
  return value.status().WithContext(
      StrCat("file '", EscapeText(path), "' as ", TypeText(declared)));
}

std::string SerializeValue(const HostValue& value) {
  if (value.is_tensor()) return SerializeTensor(value.tensor);
  if (value.kind == HostValue::Kind::kMap) return SerializeMap(value);
  std::string out;
  if (!value.name().empty()) graph::AppendBytesField(out, kName, value.name());
  const HostValue::Kind inner = value.elements.empty()
                                    ? HostValue::Kind::kTensor
                                    : value.elements[0].kind;
  const uint32_t type = ElemType(inner);
  const bool empty_optional =
      value.kind == HostValue::Kind::kOptional && value.elements.empty();
  graph::AppendVarintField(out, kType, empty_optional ? 0 : type);
  for (const HostValue& element : value.elements) {
    graph::AppendBytesField(out, kFirstContent + type - 1,
                            SerializeValue(element));
  }
  return out;
}

}  // namespace onnxifi::client
