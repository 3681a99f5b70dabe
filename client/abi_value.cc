#include "client/abi_value.h"

#include <cstring>
#include <limits>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::client {
namespace {

// More elements than this in one value are a plugin's mistake.
constexpr size_t kMaxElements = size_t{1} << 24;

Status Broken(const std::string& what) {
  return Status(
      ONNXIFI_STATUS_INTERNAL_ERROR,
      StrCat("the backend delivers a broken value: ", what, ": report it"));
}

uint32_t AbiKind(HostValue::Kind kind) {
  switch (kind) {
    case HostValue::Kind::kTensor:
      return ONNXIFI_VALUE_KIND_TENSOR;
    case HostValue::Kind::kSequence:
      return ONNXIFI_VALUE_KIND_SEQUENCE;
    case HostValue::Kind::kOptional:
      return ONNXIFI_VALUE_KIND_OPTIONAL;
    case HostValue::Kind::kMap:
      return ONNXIFI_VALUE_KIND_MAP;
  }
  return 0;
}

Result<graph::Shape> CopyShape(const onnxValue& value) {
  if (value.dimensions > graph::kMaxRank ||
      (value.dimensions > 0 && value.shape == nullptr)) {
    return Broken(StrCat("rank ", value.dimensions));
  }
  graph::Shape dims;
  for (uint32_t i = 0; i < value.dimensions; ++i) {
    if (value.shape[i] >
        static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return Broken(StrCat("dimension ", value.shape[i]));
    }
    dims.push_back(static_cast<int64_t>(value.shape[i]));
  }
  return dims;
}

Result<HostTensor> CopyTensor(const onnxValue& value) {
  const auto type = static_cast<graph::DataType>(value.dataType);
  if (value.dataType == 0 || value.dataType > 26) {
    return Broken(StrCat("data type ", value.dataType));
  }
  ONNXIFI_ASSIGN_OR_RETURN(graph::Shape dims, CopyShape(value));
  // Before anything is allocated for a shape that cannot be.
  const Result<int64_t> count = graph::ElementCount(dims);
  const Result<size_t> bytes = graph::ByteSize(type, dims);
  if (!count.ok() || !bytes.ok()) {
    return Broken(StrCat("shape ", ShapeText(dims)));
  }
  const bool strings = type == graph::DataType::kString;
  const size_t needed =
      strings ? static_cast<size_t>(*count) * sizeof(onnxStringView) : *bytes;
  if (value.dataSize != needed || (needed > 0 && value.data == nullptr)) {
    return Broken(StrCat(value.dataSize, " bytes for ",
                         graph::DataTypeName(type), " ", ShapeText(dims)));
  }
  ONNXIFI_ASSIGN_OR_RETURN(
      HostTensor tensor,
      HostTensor::Make(value.name == nullptr ? "" : value.name, type,
                       std::move(dims)));
  if (!strings) {
    if (needed > 0) {
      std::memcpy(tensor.bytes().data(), value.data, needed);
    }
    return tensor;
  }
  const auto* views = static_cast<const onnxStringView*>(value.data);
  for (size_t i = 0; i < tensor.strings().size(); ++i) {
    if (views[i].size == 0) continue;
    if (views[i].data == nullptr) return Broken(StrCat("string ", i));
    tensor.strings()[i].assign(views[i].data, views[i].size);
  }
  return tensor;
}

Result<HostValue> Copy(const onnxValue& value, int depth);

Status CopyElements(const onnxValue& value, int depth,
                    std::vector<HostValue>* elements) {
  if (value.elementCount == 0) return Status::Ok();
  if (value.elements == nullptr || value.elementCount > kMaxElements) {
    return Broken(StrCat(value.elementCount, " elements"));
  }
  // The backend's structures may be larger than ours.
  const size_t stride = value.elements->structSize;
  if (stride < sizeof(onnxValue) || stride % alignof(onnxValue) != 0) {
    return Broken(StrCat("structSize ", stride));
  }
  const auto* at = reinterpret_cast<const std::byte*>(value.elements);
  for (size_t i = 0; i < value.elementCount; ++i, at += stride) {
    const auto& element = *reinterpret_cast<const onnxValue*>(at);
    if (element.structSize != stride) {
      return Broken(StrCat("structSize ", element.structSize));
    }
    ONNXIFI_ASSIGN_OR_RETURN(HostValue copy, Copy(element, depth + 1));
    elements->push_back(std::move(copy));
  }
  return Status::Ok();
}

// Two 1-D tensors of one length become keys and values.
Status MakeMap(HostValue* value) {
  std::vector<HostValue>& parts = value->elements;
  const auto is_list = [](const HostValue& part) {
    return part.is_tensor() && part.tensor.dims().size() == 1;
  };
  if (parts.size() != 2 || !is_list(parts[0]) || !is_list(parts[1]) ||
      parts[0].tensor.dims() != parts[1].tensor.dims()) {
    return Broken("a map without keys and values of one length");
  }
  std::string name = value->name();
  value->tensor = std::move(parts[0].tensor);
  value->tensor.set_name(std::move(name));
  parts.erase(parts.begin());
  return Status::Ok();
}

Result<HostValue> Copy(const onnxValue& value, int depth) {
  if (depth > ONNXIFI_VALUE_MAX_DEPTH) return Broken("nested too deep");
  HostValue copy;
  switch (value.kind) {
    case ONNXIFI_VALUE_KIND_TENSOR: {
      ONNXIFI_ASSIGN_OR_RETURN(copy.tensor, CopyTensor(value));
      return copy;
    }
    case ONNXIFI_VALUE_KIND_SEQUENCE:
      copy.kind = HostValue::Kind::kSequence;
      break;
    case ONNXIFI_VALUE_KIND_OPTIONAL:
      copy.kind = HostValue::Kind::kOptional;
      break;
    case ONNXIFI_VALUE_KIND_MAP:
      copy.kind = HostValue::Kind::kMap;
      break;
    default:
      return Broken(StrCat("kind ", value.kind));
  }
  if (value.name != nullptr) copy.tensor.set_name(value.name);
  ONNXIFI_RETURN_IF_ERROR(CopyElements(value, depth, &copy.elements));
  if (copy.kind == HostValue::Kind::kMap) {
    ONNXIFI_RETURN_IF_ERROR(MakeMap(&copy));
  }
  if (copy.kind == HostValue::Kind::kOptional && copy.elements.size() > 1) {
    return Broken("an optional with two elements");
  }
  return copy;
}

}  // namespace

AbiValues::AbiValues(std::span<const HostValue> values) {
  std::vector<const HostValue*> pointers;
  for (const HostValue& value : values) pointers.push_back(&value);
  first_ = Make(pointers);
}

const onnxValue* AbiValues::Make(std::span<const HostValue* const> values) {
  if (values.empty()) return nullptr;
  std::vector<onnxValue> array;
  for (const HostValue* value : values) array.push_back(Of(*value));
  // A vector keeps its memory when the vector of vectors grows.
  arrays_.push_back(std::move(array));
  return arrays_.back().data();
}

onnxValue AbiValues::Of(const HostValue& value) {
  onnxValue out{};
  out.structSize = sizeof(out);
  out.kind = AbiKind(value.kind);
  out.name = value.name().c_str();
  if (value.is_tensor()) {
    SetTensor(value.tensor, &out);
    return out;
  }
  std::vector<const HostValue*> elements;
  for (const HostValue& element : value.elements) elements.push_back(&element);
  out.elementCount = elements.size();
  if (value.kind != HostValue::Kind::kMap) {
    out.elements = Make(elements);
    return out;
  }
  std::vector<onnxValue> pair(1);
  pair[0].structSize = sizeof(onnxValue);
  pair[0].kind = ONNXIFI_VALUE_KIND_TENSOR;
  SetTensor(value.tensor, &pair[0]);
  pair.push_back(Of(value.elements[0]));
  out.elementCount = pair.size();
  arrays_.push_back(std::move(pair));
  out.elements = arrays_.back().data();
  return out;
}

void AbiValues::SetTensor(const HostTensor& tensor, onnxValue* out) {
  static_assert(sizeof(int64_t) == sizeof(uint64_t));
  out->dataType = static_cast<uint32_t>(tensor.type());
  out->dimensions = static_cast<uint32_t>(tensor.dims().size());
  // Dimensions of a HostTensor are not negative, so the bits are the same.
  if (!tensor.dims().empty()) {
    out->shape = reinterpret_cast<const uint64_t*>(tensor.dims().data());
  }
  if (!tensor.has_strings()) {
    out->data = tensor.bytes().data();
    out->dataSize = tensor.bytes().size();
    return;
  }
  std::vector<onnxStringView> views;
  for (const std::string& s : tensor.strings()) {
    views.push_back({s.data(), s.size()});
  }
  strings_.push_back(std::move(views));
  out->data = strings_.back().data();
  out->dataSize = strings_.back().size() * sizeof(onnxStringView);
}

Result<HostValue> CopyAbiValue(const onnxValue* value) {
  if (value == nullptr) return Broken("NULL");
  if (value->structSize < sizeof(*value)) {
    return Broken(StrCat("structSize ", value->structSize));
  }
  return Copy(*value, 0);
}

}  // namespace onnxifi::client
