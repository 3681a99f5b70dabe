#include "client/model_info.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/str_cat.h"
#include "graph/wire_reader.h"

namespace onnxifi::client {
namespace {

// Field numbers of onnx.proto.
constexpr uint32_t kModelGraph = 7;
constexpr uint32_t kGraphNode = 1;
constexpr uint32_t kGraphInitializer = 5;
constexpr uint32_t kGraphInput = 11;
constexpr uint32_t kGraphOutput = 12;
constexpr uint32_t kGraphSparseInitializer = 15;
constexpr uint32_t kSparseValues = 1;
constexpr uint32_t kTensorName = 8;
constexpr uint32_t kValueName = 1;
constexpr uint32_t kValueType = 2;
constexpr uint32_t kTypeTensor = 1;
constexpr uint32_t kTypeSequence = 4;
constexpr uint32_t kTypeMap = 5;
constexpr uint32_t kTypeSparse = 8;
constexpr uint32_t kTypeOptional = 9;
constexpr uint32_t kSequenceElemType = 1;  // also that of an optional
constexpr uint32_t kMapKeyType = 1;
constexpr uint32_t kMapValueType = 2;
constexpr uint32_t kTensorElemType = 1;
constexpr uint32_t kTensorShape = 2;
constexpr uint32_t kShapeDim = 1;
constexpr uint32_t kDimValue = 1;
constexpr uint32_t kDimParam = 2;

// Types deeper than this are nothing that a run could carry.
constexpr int kMaxTypeDepth = 32;

// Calls fn(field) for each field of a message.
template <typename Fn>
Status ForEachField(graph::Bytes bytes, const Fn& fn) {
  graph::WireReader reader(bytes);
  graph::WireField field;
  while (!reader.done()) {
    ONNXIFI_RETURN_IF_ERROR(reader.Next(&field));
    ONNXIFI_RETURN_IF_ERROR(fn(field));
  }
  return Status::Ok();
}

Status ReadDim(graph::Bytes bytes, ValueInfo* value) {
  int64_t dim = -1;
  std::string symbol;
  ONNXIFI_RETURN_IF_ERROR(
      ForEachField(bytes, [&](const graph::WireField& field) {
        if (field.number == kDimValue) {
          dim = static_cast<int64_t>(field.value);
        } else if (field.number == kDimParam) {
          symbol = graph::Text(field.bytes);
        }
        return Status::Ok();
      }));
  value->dims.push_back(dim < 0 ? -1 : dim);
  value->symbols.push_back(std::move(symbol));
  return Status::Ok();
}

Status ReadTensorType(graph::Bytes bytes, ValueInfo* value) {
  return ForEachField(bytes, [&](const graph::WireField& field) {
    if (field.number == kTensorElemType &&
        field.value <= std::numeric_limits<int32_t>::max()) {
      value->type = static_cast<graph::DataType>(field.value);
    }
    if (field.number != kTensorShape) return Status::Ok();
    value->has_shape = true;
    return ForEachField(field.bytes, [&](const graph::WireField& dim) {
      return dim.number == kShapeDim ? ReadDim(dim.bytes, value) : Status::Ok();
    });
  });
}

Status ReadType(graph::Bytes bytes, ValueInfo* value, int depth);

// The type message of a sequence, an optional or a map.
Status ReadContainerType(graph::Bytes bytes, ValueInfo* value, int depth) {
  const bool map = value->kind == ValueInfo::Kind::kMap;
  const uint32_t element = map ? kMapValueType : kSequenceElemType;
  return ForEachField(bytes, [&](const graph::WireField& field) {
    if (map && field.number == kMapKeyType &&
        field.value <= std::numeric_limits<int32_t>::max()) {
      value->type = static_cast<graph::DataType>(field.value);
    }
    if (field.number != element) return Status::Ok();
    value->elements.assign(1, ValueInfo());
    return ReadType(field.bytes, &value->elements[0], depth + 1);
  });
}

Status ReadType(graph::Bytes bytes, ValueInfo* value, int depth) {
  if (depth > kMaxTypeDepth) {
    return Status(ONNXIFI_STATUS_INVALID_MODEL,
                  StrCat("a type is nested deeper than ", kMaxTypeDepth));
  }
  return ForEachField(bytes, [&](const graph::WireField& field) {
    switch (field.number) {
      case kTypeTensor:
        value->kind = ValueInfo::Kind::kTensor;
        return ReadTensorType(field.bytes, value);
      case kTypeSparse:
        value->kind = ValueInfo::Kind::kSparse;
        return Status::Ok();
      case kTypeSequence:
        value->kind = ValueInfo::Kind::kSequence;
        break;
      case kTypeMap:
        value->kind = ValueInfo::Kind::kMap;
        break;
      case kTypeOptional:
        value->kind = ValueInfo::Kind::kOptional;
        break;
      default:
        return Status::Ok();
    }
    return ReadContainerType(field.bytes, value, depth);
  });
}

Status ReadValue(graph::Bytes bytes, ValueInfo* value) {
  return ForEachField(bytes, [&](const graph::WireField& field) {
    if (field.number == kValueName) value->name = graph::Text(field.bytes);
    return field.number == kValueType ? ReadType(field.bytes, value, 0)
                                      : Status::Ok();
  });
}

Status ReadTensorName(graph::Bytes bytes, std::string* name) {
  return ForEachField(bytes, [&](const graph::WireField& field) {
    if (field.number == kTensorName) *name = graph::Text(field.bytes);
    return Status::Ok();
  });
}

Status ReadSparseName(graph::Bytes bytes, std::string* name) {
  return ForEachField(bytes, [&](const graph::WireField& field) {
    return field.number == kSparseValues ? ReadTensorName(field.bytes, name)
                                         : Status::Ok();
  });
}

Status ReadGraph(graph::Bytes bytes, ModelInfo* info) {
  std::set<std::string> constants;
  ONNXIFI_RETURN_IF_ERROR(
      ForEachField(bytes, [&](const graph::WireField& field) {
        std::string name;
        switch (field.number) {
          case kGraphNode:
            ++info->nodes;
            break;
          case kGraphInitializer:
            ONNXIFI_RETURN_IF_ERROR(ReadTensorName(field.bytes, &name));
            constants.insert(name);
            break;
          case kGraphSparseInitializer:
            ONNXIFI_RETURN_IF_ERROR(ReadSparseName(field.bytes, &name));
            constants.insert(name);
            break;
          case kGraphInput:
            return ReadValue(field.bytes, &info->inputs.emplace_back());
          case kGraphOutput:
            return ReadValue(field.bytes, &info->outputs.emplace_back());
          default:
            break;
        }
        return Status::Ok();
      }));
  for (const ValueInfo& input : info->inputs) {
    info->is_static.push_back(constants.count(input.name) != 0);
  }
  return Status::Ok();
}

}  // namespace

std::vector<ValueInfo> ModelInfo::RuntimeInputs() const {
  std::vector<ValueInfo> result;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!is_static[i]) result.push_back(inputs[i]);
  }
  return result;
}

Result<ModelInfo> ReadModelInfo(std::span<const std::byte> model) {
  ModelInfo info;
  int graphs = 0;
  const Status status = ForEachField(model, [&](const graph::WireField& field) {
    if (field.number != kModelGraph) return Status::Ok();
    ++graphs;
    return ReadGraph(field.bytes, &info);
  });
  if (!status.ok()) return status.WithContext("model");
  if (graphs != 1) {
    return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                  StrCat("model: it holds ", graphs,
                         " graphs instead of one: check the file"));
  }
  return info;
}

bool ValueInfo::has_fixed_shape() const {
  return kind == Kind::kTensor && has_shape &&
         std::all_of(dims.begin(), dims.end(),
                     [](int64_t dim) { return dim >= 0; });
}

std::string TypeText(const ValueInfo& value) {
  const std::string inner =
      value.elements.empty() ? "unknown type" : TypeText(value.elements[0]);
  switch (value.kind) {
    case ValueInfo::Kind::kSequence:
      return "sequence of " + inner;
    case ValueInfo::Kind::kMap:
      return StrCat("map ", graph::DataTypeName(value.type), " to ", inner);
    case ValueInfo::Kind::kOptional:
      return "optional " + inner;
    case ValueInfo::Kind::kSparse:
      return "sparse tensor";
    case ValueInfo::Kind::kUnknown:
      return "unknown type";
    case ValueInfo::Kind::kTensor:
      break;
  }
  std::string text = value.type == graph::DataType::kString
                         ? "string"
                         : graph::DataTypeName(value.type);
  if (!value.has_shape) return text + " (shape unknown)";
  if (value.dims.empty()) return text + " scalar";
  text += ' ';
  for (size_t i = 0; i < value.dims.size(); ++i) {
    if (i != 0) text += 'x';
    if (value.dims[i] >= 0) {
      text += std::to_string(value.dims[i]);
    } else {
      text += value.symbols[i].empty() ? "?" : value.symbols[i];
    }
  }
  return text;
}

std::string NotCarried(const ValueInfo& value) {
  const bool tensor = value.kind == ValueInfo::Kind::kTensor;
  const auto number = static_cast<int32_t>(value.type);
  const bool numeric = number > 0 && number <= ONNXIFI_DATATYPE_BFLOAT16 &&
                       value.type != graph::DataType::kString;
  if (tensor && numeric) return "";
  ValueInfo plain = value;
  plain.has_shape = true;
  plain.dims.clear();
  std::string text = TypeText(plain);
  if (tensor) text = text.substr(0, text.find(' ')) + " tensor";
  return StrCat("'", value.name, "' is a ", text,
                ", which an interface 1.0 descriptor cannot carry");
}

std::string NotCarried(const ModelInfo& model) {
  for (const ValueInfo& input : model.RuntimeInputs()) {
    std::string why = NotCarried(input);
    if (!why.empty()) return "input " + why;
  }
  for (const ValueInfo& output : model.outputs) {
    std::string why = NotCarried(output);
    if (!why.empty()) return "output " + why;
  }
  return "";
}

bool NeedsValues(const ModelInfo& model) {
  return !NotCarried(model).empty() ||
         !std::all_of(model.outputs.begin(), model.outputs.end(),
                      [](const ValueInfo& v) { return v.has_fixed_shape(); });
}

}  // namespace onnxifi::client
