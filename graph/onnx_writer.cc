#include "graph/onnx_writer.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/str_cat.h"
#include "graph/limits.h"
#include "graph/text.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {
namespace {

// Initializers without a graph input, which is how constants are written,
// came with this version.
constexpr int64_t kLowestIrVersion = 4;

// AttributeProto.AttributeType.
enum AttributeType : uint64_t {
  kFloatType = 1,
  kIntType = 2,
  kStringType = 3,
  kTensorType = 4,
  kGraphType = 5,
  kFloatsType = 6,
  kIntsType = 7,
  kStringsType = 8,
  kTensorsType = 9,
  kGraphsType = 10,
};

Status Unsupported(const std::string& what) {
  return Status(ONNXIFI_STATUS_UNSUPPORTED_DATATYPE, what);
}

void AppendFloatField(std::string& out, uint32_t number, float value) {
  AppendVarint(
      out, (uint64_t{number} << 3) | static_cast<uint64_t>(WireType::kFixed32));
  auto bits = std::bit_cast<uint32_t>(value);
  for (int i = 0; i < 4; ++i, bits >>= 8) {
    out += static_cast<char>(bits & 0xff);
  }
}

std::string TensorMessage(std::string_view name, const TensorData& tensor) {
  std::string out;
  for (const int64_t dim : tensor.dims) {
    AppendVarintField(out, 1, static_cast<uint64_t>(dim));
  }
  AppendVarintField(out, 2, static_cast<uint64_t>(tensor.type));
  if (!name.empty()) AppendBytesField(out, 8, name);
  if (tensor.type == DataType::kString) {
    const auto* strings = static_cast<const StringRef*>(tensor.data);
    const size_t count = tensor.bytes / sizeof(StringRef);
    for (size_t i = 0; i < count; ++i) AppendBytesField(out, 6, strings[i]);
  } else if (tensor.bytes > 0) {
    AppendBytesField(out, 9,
                     {static_cast<const char*>(tensor.data), tensor.bytes});
  }
  return out;
}

// A TypeProto without shapes; empty where the IR has no type.
std::string TypeMessage(const ValueType& type) {
  const auto element = [&] {
    return type.elements.empty() ? std::string()
                                 : TypeMessage(type.elements[0]);
  };
  std::string body;
  std::string out;
  switch (type.kind) {
    case Value::Kind::kTensor:
      AppendVarintField(body, 1, static_cast<uint64_t>(type.type));
      AppendBytesField(out, 1, body);
      break;
    case Value::Kind::kSequence:
      AppendBytesField(body, 1, element());
      AppendBytesField(out, 4, body);
      break;
    case Value::Kind::kMap:
      AppendVarintField(body, 1, static_cast<uint64_t>(type.type));
      AppendBytesField(body, 2, element());
      AppendBytesField(out, 5, body);
      break;
    case Value::Kind::kOptional:
      AppendBytesField(body, 1, element());
      AppendBytesField(out, 9, body);
      break;
    case Value::Kind::kSparse:
    case Value::Kind::kUnknown:
      break;
  }
  return out;
}

// A ValueInfoProto; without a type where the IR has none.
std::string ValueMessage(const Value& value) {
  std::string out;
  AppendBytesField(out, 1, value.name);
  if (value.whole_type != nullptr) {
    AppendBytesField(out, 2, TypeMessage(*value.whole_type));
    return out;
  }
  const bool typed =
      value.kind == Value::Kind::kTensor && value.type != DataType::kUndefined;
  if (!typed) return out;
  std::string tensor;
  AppendVarintField(tensor, 1, static_cast<uint64_t>(value.type));
  if (value.has_shape) {
    std::string shape;
    for (size_t i = 0; i < value.dims.size(); ++i) {
      std::string dim;
      if (value.dims[i] >= 0) {
        AppendVarintField(dim, 1, static_cast<uint64_t>(value.dims[i]));
      } else if (i < value.symbols.size() && !value.symbols[i].empty()) {
        AppendBytesField(dim, 2, value.symbols[i]);
      }
      AppendBytesField(shape, 1, dim);
    }
    AppendBytesField(tensor, 2, shape);
  }
  std::string type;
  AppendBytesField(type, 1, tensor);
  AppendBytesField(out, 2, type);
  return out;
}

// What becomes of constants; the default makes all of them initializers.
struct ConstantForm {
  // Receives those that go beside the model, as inputs without a value.
  std::vector<NamedTensor>* outside = nullptr;
  size_t* nodes = nullptr;  // how many became nodes
};

Result<std::string> GraphMessage(const Graph& graph,
                                 const ConstantForm& form = {});

Status AppendGraphs(std::string& out, const Attribute& attribute) {
  const auto append = [&](uint32_t number, const Graph& body) -> Status {
    ONNXIFI_ASSIGN_OR_RETURN(const std::string message, GraphMessage(body));
    AppendBytesField(out, number, message);
    return Status::Ok();
  };
  if (attribute.kind == Attribute::Kind::kGraph) {
    return append(6, *attribute.graph);
  }
  for (const auto& body : attribute.graphs) {
    ONNXIFI_RETURN_IF_ERROR(append(11, *body));
  }
  return Status::Ok();
}

Result<uint64_t> AppendAttributeValue(std::string& out,
                                      const Attribute& attribute) {
  using Kind = Attribute::Kind;
  switch (attribute.kind) {
    case Kind::kFloat:
      AppendFloatField(out, 2, attribute.f);
      return kFloatType;
    case Kind::kInt:
      AppendVarintField(out, 3, static_cast<uint64_t>(attribute.i));
      return kIntType;
    case Kind::kString:
      AppendBytesField(out, 4, attribute.s);
      return kStringType;
    case Kind::kTensor:
      AppendBytesField(out, 5, TensorMessage("", *attribute.tensor));
      return kTensorType;
    case Kind::kFloats:
      for (const float f : attribute.floats) AppendFloatField(out, 7, f);
      return kFloatsType;
    case Kind::kInts:
      for (const int64_t i : attribute.ints) {
        AppendVarintField(out, 8, static_cast<uint64_t>(i));
      }
      return kIntsType;
    case Kind::kStrings:
      for (const auto& s : attribute.strings) AppendBytesField(out, 9, s);
      return kStringsType;
    case Kind::kTensors:
      for (const auto& tensor : attribute.tensors) {
        AppendBytesField(out, 10, TensorMessage("", *tensor));
      }
      return kTensorsType;
    case Kind::kGraph:
      ONNXIFI_RETURN_IF_ERROR(AppendGraphs(out, attribute));
      return kGraphType;
    case Kind::kGraphs:
      ONNXIFI_RETURN_IF_ERROR(AppendGraphs(out, attribute));
      return kGraphsType;
    case Kind::kOther:
      break;
  }
  return Unsupported(StrCat("attribute ", Quoted(attribute.name),
                            " is of a kind that cannot be written"));
}

Result<std::string> NodeMessage(const Graph& graph, const Node& node) {
  std::string out;
  const auto name = [&](ValueId id) {
    return id == kNoValue ? std::string_view()
                          : std::string_view(graph.value(id).name);
  };
  for (const ValueId id : node.inputs) AppendBytesField(out, 1, name(id));
  for (const ValueId id : node.outputs) AppendBytesField(out, 2, name(id));
  AppendBytesField(out, 3, node.name);
  AppendBytesField(out, 4, node.op_type);
  if (!node.domain.empty()) AppendBytesField(out, 7, node.domain);
  for (const Attribute& attribute : node.attributes) {
    if (attribute.kind == Attribute::Kind::kOther && !attribute.s.empty()) {
      AppendBytesField(out, 5, attribute.s);
      continue;
    }
    std::string message;
    AppendBytesField(message, 1, attribute.name);
    Result<uint64_t> type = AppendAttributeValue(message, attribute);
    if (!type.ok()) {
      return type.status().WithContext(StrCat("node ", Quoted(node.name)));
    }
    AppendVarintField(message, 20, *type);
    AppendBytesField(out, 5, message);
  }
  return out;
}

// A Constant node: the one form that a model without initializers has.
std::string ConstantMessage(const Value& value) {
  std::string attribute;
  AppendBytesField(attribute, 1, "value");
  AppendBytesField(attribute, 5, TensorMessage("", *value.constant));
  AppendVarintField(attribute, 20, kTensorType);
  std::string out;
  AppendBytesField(out, 2, value.name);
  AppendBytesField(out, 4, "Constant");
  AppendBytesField(out, 5, attribute);
  return out;
}

// Descriptors of 1.0 can carry it, and it is worth not being copied.
bool GoesOutside(const TensorData& tensor) {
  constexpr size_t kLeastBytes = 1024;
  const auto type = static_cast<int32_t>(tensor.type);
  return tensor.bytes >= kLeastBytes && type >= 1 && type <= 16 &&
         tensor.type != DataType::kString && tensor.type != DataType::kBool;
}

void AppendConstant(std::string& out, const Value& value,
                    const ConstantForm& form) {
  if (form.outside == nullptr) {
    AppendBytesField(out, 5, TensorMessage(value.name, *value.constant));
  } else if (GoesOutside(*value.constant)) {
    AppendBytesField(out, 11, ValueMessage(value));
    form.outside->push_back({value.name, value.constant});
  } else {
    AppendBytesField(out, 1, ConstantMessage(value));
    ++*form.nodes;
  }
}

// The constants of the graph, each before the nodes that read it. `done`:
// values that are written or declared elsewhere.
void AppendConstants(std::string& out, const Graph& graph,
                     const std::vector<int32_t>& producers,
                     const ConstantForm& form, std::vector<bool>* done) {
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const Value& value = graph.values[i];
    if ((*done)[i] || value.constant == nullptr || producers[i] >= 0) continue;
    AppendConstant(out, value, form);
    (*done)[i] = true;
  }
}

Result<std::string> GraphMessage(const Graph& graph, const ConstantForm& form) {
  std::string out;
  // True: already written or declared by an outer graph.
  std::vector<bool> done(graph.values.size(), false);
  const auto mark = [&](ValueId id) { done[static_cast<size_t>(id)] = true; };
  for (const ValueId id : graph.captures) mark(id);
  const std::vector<int32_t> producers = Producers(graph);
  AppendConstants(out, graph, producers, form, &done);
  for (const Node& node : graph.nodes) {
    ONNXIFI_ASSIGN_OR_RETURN(const std::string message,
                             NodeMessage(graph, node));
    AppendBytesField(out, 1, message);
  }
  AppendBytesField(out, 2, graph.name.empty() ? "graph" : graph.name);
  for (const ValueId id : graph.inputs) {
    AppendBytesField(out, 11, ValueMessage(graph.value(id)));
    mark(id);
  }
  for (const ValueId id : graph.outputs) {
    AppendBytesField(out, 12, ValueMessage(graph.value(id)));
    mark(id);
  }
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const bool typed = graph.values[i].kind == Value::Kind::kTensor;
    if (done[i] || !typed || producers[i] < 0) continue;
    AppendBytesField(out, 13, ValueMessage(graph.values[i]));
  }
  return out;
}

Result<std::string> Write(const Graph& graph, const ConstantForm& form) {
  for (const ValueId id : graph.inputs) {
    const Value& value = graph.value(id);
    if (value.kind != Value::Kind::kTensor && value.whole_type == nullptr) {
      return Unsupported(StrCat("graph input ", Quoted(value.name),
                                " has no type that can be written"));
    }
  }
  std::string out;
  AppendVarintField(
      out, 1,
      static_cast<uint64_t>(std::max(graph.ir_version, kLowestIrVersion)));
  ONNXIFI_ASSIGN_OR_RETURN(const std::string message,
                           GraphMessage(graph, form));
  AppendBytesField(out, 7, message);
  for (const auto& [domain, version] : graph.opsets) {
    std::string import;
    if (!domain.empty()) AppendBytesField(import, 1, domain);
    AppendVarintField(import, 2, static_cast<uint64_t>(version));
    AppendBytesField(out, 8, import);
  }
  if (out.size() > kMaxModelBytes) {
    return Status(ONNXIFI_STATUS_INVALID_PROTOBUF,
                  StrCat("the model takes ", out.size(),
                         " bytes, protobuf's limit is ", kMaxModelBytes));
  }
  return out;
}

}  // namespace

Result<std::string> WriteModel(const Graph& graph) { return Write(graph, {}); }

Result<SplitModel> WriteSplitModel(const Graph& graph) {
  SplitModel split;
  for (const Value& value : graph.values) {
    if (value.constant == nullptr || !GoesOutside(*value.constant)) continue;
    ONNXIFI_ASSIGN_OR_RETURN(
        split.model, Write(graph, {&split.weights, &split.constant_nodes}));
    return split;
  }
  ONNXIFI_ASSIGN_OR_RETURN(split.model, Write(graph, {}));
  return split;
}

}  // namespace onnxifi::graph
