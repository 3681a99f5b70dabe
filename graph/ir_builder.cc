#include "graph/ir_builder.h"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/str_cat.h"
#include "graph/name_map.h"
#include "graph/skeleton.h"
#include "graph/text.h"

namespace onnxifi::graph {
namespace {

using onnx::AttributeProto;

Status Invalid(const std::string& what) {
  return Status(ONNXIFI_STATUS_INVALID_MODEL, what);
}

// What all graphs of one model share.
struct ModelInfo {
  int64_t ir_version = 0;
  std::map<std::string, int> opsets;
  const std::vector<WireTensor>& tensors;
};

template <typename TensorType>
void SetTensorType(const TensorType& type, Value* value) {
  value->type = static_cast<DataType>(type.elem_type());
  value->has_shape = type.has_shape();
  value->dims.clear();
  value->symbols.clear();
  value->dims.reserve(static_cast<size_t>(type.shape().dim_size()));
  value->symbols.reserve(static_cast<size_t>(type.shape().dim_size()));
  for (const auto& dim : type.shape().dim()) {
    value->dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    value->symbols.push_back(dim.dim_param());
  }
}

// As deep as protobuf let the message nest.
ValueType WholeType(const onnx::TypeProto& proto) {
  ValueType type;
  switch (proto.value_case()) {
    case onnx::TypeProto::kTensorType:
      type.kind = Value::Kind::kTensor;
      type.type = static_cast<DataType>(proto.tensor_type().elem_type());
      break;
    case onnx::TypeProto::kSparseTensorType:
      type.kind = Value::Kind::kSparse;
      type.type = static_cast<DataType>(proto.sparse_tensor_type().elem_type());
      break;
    case onnx::TypeProto::kSequenceType:
      type.kind = Value::Kind::kSequence;
      type.elements.push_back(WholeType(proto.sequence_type().elem_type()));
      break;
    case onnx::TypeProto::kOptionalType:
      type.kind = Value::Kind::kOptional;
      type.elements.push_back(WholeType(proto.optional_type().elem_type()));
      break;
    case onnx::TypeProto::kMapType:
      type.kind = Value::Kind::kMap;
      type.type = static_cast<DataType>(proto.map_type().key_type());
      type.elements.push_back(WholeType(proto.map_type().value_type()));
      break;
    default:
      break;
  }
  return type;
}

Status SetType(const onnx::TypeProto& type, Value* value) {
  value->whole_type = nullptr;
  switch (type.value_case()) {
    case onnx::TypeProto::kTensorType:
      value->kind = Value::Kind::kTensor;
      SetTensorType(type.tensor_type(), value);
      break;
    case onnx::TypeProto::kSparseTensorType:
      value->kind = Value::Kind::kSparse;
      SetTensorType(type.sparse_tensor_type(), value);
      break;
    case onnx::TypeProto::kSequenceType:
      value->kind = Value::Kind::kSequence;
      break;
    case onnx::TypeProto::kOptionalType:
      value->kind = Value::Kind::kOptional;
      break;
    case onnx::TypeProto::kMapType:
      value->kind = Value::Kind::kMap;
      break;
    default:
      value->kind = Value::Kind::kUnknown;
      break;
  }
  if (value->kind == Value::Kind::kSequence ||
      value->kind == Value::Kind::kOptional ||
      value->kind == Value::Kind::kMap) {
    value->whole_type = std::make_shared<const ValueType>(WholeType(type));
  }
  if (value->dims.size() > kMaxRank) {
    return Invalid(StrCat("value ", Quoted(value->name), " has rank ",
                          value->dims.size(), ", above the limit of ",
                          kMaxRank));
  }
  return Status::Ok();
}

void SetConstant(TensorPtr tensor, Value* value) {
  value->kind = Value::Kind::kTensor;
  value->type = tensor->type;
  value->has_shape = true;
  value->dims = tensor->dims;
  value->symbols.assign(value->dims.size(), "");
  value->constant = std::move(tensor);
}

template <typename T>
Result<TensorPtr> FromNumbers(DataType type, const T* numbers, size_t count,
                              Shape dims) {
  ONNXIFI_ASSIGN_OR_RETURN(NewTensor made, MakeTensor(type, std::move(dims)));
  if (count > 0) std::memcpy(made.data, numbers, count * sizeof(T));
  return made.tensor;
}

// The value of a Constant node's attribute; null when it is none.
Result<TensorPtr> ConstantValue(const Attribute& attribute) {
  using Kind = Attribute::Kind;
  const auto length = [](const auto& list) {
    return Shape{static_cast<int64_t>(list.size())};
  };
  switch (attribute.kind) {
    case Kind::kTensor:
      return attribute.tensor;
    case Kind::kFloat:
      return FromNumbers(DataType::kFloat, &attribute.f, 1, {});
    case Kind::kInt:
      return FromNumbers(DataType::kInt64, &attribute.i, 1, {});
    case Kind::kFloats:
      return FromNumbers(DataType::kFloat, attribute.floats.data(),
                         attribute.floats.size(), length(attribute.floats));
    case Kind::kInts:
      return FromNumbers(DataType::kInt64, attribute.ints.data(),
                         attribute.ints.size(), length(attribute.ints));
    case Kind::kString:
      return MakeStringTensor({attribute.s}, {});
    case Kind::kStrings:
      return MakeStringTensor(attribute.strings, length(attribute.strings));
    default:
      return TensorPtr();
  }
}

// The declared type, or the one of the field that is set: IR version 1 has no
// type field.
AttributeProto::AttributeType TypeOf(const AttributeProto& proto) {
  if (proto.type() != AttributeProto::UNDEFINED) return proto.type();
  if (proto.has_f()) return AttributeProto::FLOAT;
  if (proto.has_i()) return AttributeProto::INT;
  if (proto.has_s()) return AttributeProto::STRING;
  if (proto.has_t()) return AttributeProto::TENSOR;
  if (proto.has_g()) return AttributeProto::GRAPH;
  if (proto.floats_size() > 0) return AttributeProto::FLOATS;
  if (proto.ints_size() > 0) return AttributeProto::INTS;
  if (proto.strings_size() > 0) return AttributeProto::STRINGS;
  return AttributeProto::UNDEFINED;
}

// Builds one graph; a subgraph's builder refers to the outer one. Lives for
// one call of BuildGraph.
class Builder {
 public:
  // `types`: of the values, null when the graph itself has them.
  Builder(const ModelInfo& model, Builder* outer, const ValueTypes* types)
      : model_(model), outer_(outer), types_(types) {}

  Result<Graph> Build(const onnx::GraphProto& proto);

 private:
  // A new value, or the one that has the name.
  ValueId Add(const std::string& name);
  // The value of this name, captured from an outer graph when it is not of
  // this one; kNoValue when there is none.
  ValueId Find(const std::string& name);
  Result<TensorPtr> TensorOf(const onnx::TensorProto& proto) const;
  // Room for what the graph will hold, apart from captures.
  void Reserve(const onnx::GraphProto& proto);
  void ReadTypes(const onnx::GraphProto& proto);
  Status AddValues(const onnx::GraphProto& proto);
  Status AddNode(const onnx::NodeProto& proto);
  Status AddConstant(const Node& node);
  Status ReadAttribute(const AttributeProto& proto, Attribute* attribute);
  Status ReadGraphs(const AttributeProto& proto, Attribute* attribute);

  const ModelInfo& model_;
  Builder* const outer_;
  Graph graph_;
  // Names are those of the model, which outlives the builder.
  NameMap<ValueId> ids_;
  const ValueTypes* types_;
  ValueTypes own_types_;
};

ValueId Builder::Add(const std::string& name) {
  const auto id = static_cast<ValueId>(graph_.values.size());
  const auto [known, added] = ids_.Insert(name, id);
  if (added) graph_.values.emplace_back().name = name;
  return *known;
}

ValueId Builder::Find(const std::string& name) {
  if (const ValueId* own = ids_.Find(name); own != nullptr) return *own;
  const ValueId outer = outer_ == nullptr ? kNoValue : outer_->Find(name);
  if (outer == kNoValue) return kNoValue;
  const ValueId id = Add(name);
  graph_.value(id) = outer_->graph_.value(outer);
  graph_.captures.push_back(id);
  return id;
}

Result<TensorPtr> Builder::TensorOf(const onnx::TensorProto& proto) const {
  const auto index = TensorIndex(proto.doc_string());
  if (!index.has_value() || *index >= model_.tensors.size()) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("tensor ", Quoted(proto.name()),
                         " has lost its data while the model was read"));
  }
  return model_.tensors[*index].data;
}

void Builder::Reserve(const onnx::GraphProto& proto) {
  size_t values = static_cast<size_t>(proto.initializer_size()) +
                  static_cast<size_t>(proto.input_size());
  for (const auto& node : proto.node()) {
    values += static_cast<size_t>(node.output_size());
  }
  graph_.nodes.reserve(static_cast<size_t>(proto.node_size()));
  graph_.values.reserve(values);
  ids_.Reserve(values);
}

void Builder::ReadTypes(const onnx::GraphProto& proto) {
  own_types_.Reserve(static_cast<size_t>(proto.value_info_size()) +
                     static_cast<size_t>(proto.input_size()) +
                     static_cast<size_t>(proto.output_size()));
  for (const auto* list :
       {&proto.value_info(), &proto.input(), &proto.output()}) {
    for (const auto& value : *list) {
      if (value.has_type()) own_types_.Set(value.name(), &value.type());
    }
  }
  types_ = &own_types_;
}

Status Builder::AddValues(const onnx::GraphProto& proto) {
  for (const auto& tensor : proto.initializer()) {
    ONNXIFI_ASSIGN_OR_RETURN(TensorPtr data, TensorOf(tensor));
    SetConstant(std::move(data), &graph_.value(Add(tensor.name())));
  }
  for (const auto& input : proto.input()) {
    // A static weight is no run-time input, even where ONNX would let the
    // caller override it.
    if (ids_.Has(input.name())) continue;
    const ValueId id = Add(input.name());
    ONNXIFI_RETURN_IF_ERROR(SetType(input.type(), &graph_.value(id)));
    graph_.inputs.push_back(id);
  }
  return Status::Ok();
}

Status Builder::ReadGraphs(const AttributeProto& proto, Attribute* attribute) {
  const auto build =
      [&](const onnx::GraphProto& body) -> Result<std::shared_ptr<Graph>> {
    Builder builder(model_, this, nullptr);
    ONNXIFI_ASSIGN_OR_RETURN(Graph built, builder.Build(body));
    return std::make_shared<Graph>(std::move(built));
  };
  if (attribute->kind == Attribute::Kind::kGraph) {
    ONNXIFI_ASSIGN_OR_RETURN(attribute->graph, build(proto.g()));
    return Status::Ok();
  }
  for (const auto& body : proto.graphs()) {
    ONNXIFI_ASSIGN_OR_RETURN(auto built, build(body));
    attribute->graphs.push_back(std::move(built));
  }
  return Status::Ok();
}

Status Builder::ReadAttribute(const AttributeProto& proto,
                              Attribute* attribute) {
  using Kind = Attribute::Kind;
  Attribute& out = *attribute;
  out.name = proto.name();
  switch (TypeOf(proto)) {
    case AttributeProto::FLOAT:
      out.kind = Kind::kFloat;
      out.f = proto.f();
      break;
    case AttributeProto::INT:
      out.kind = Kind::kInt;
      out.i = proto.i();
      break;
    case AttributeProto::STRING:
      out.kind = Kind::kString;
      out.s = proto.s();
      break;
    case AttributeProto::TENSOR: {
      out.kind = Kind::kTensor;
      ONNXIFI_ASSIGN_OR_RETURN(out.tensor, TensorOf(proto.t()));
      break;
    }
    case AttributeProto::FLOATS:
      out.kind = Kind::kFloats;
      out.floats.assign(proto.floats().begin(), proto.floats().end());
      break;
    case AttributeProto::INTS:
      out.kind = Kind::kInts;
      out.ints.assign(proto.ints().begin(), proto.ints().end());
      break;
    case AttributeProto::STRINGS:
      out.kind = Kind::kStrings;
      out.strings.assign(proto.strings().begin(), proto.strings().end());
      break;
    case AttributeProto::TENSORS:
      out.kind = Kind::kTensors;
      for (const auto& tensor : proto.tensors()) {
        ONNXIFI_ASSIGN_OR_RETURN(TensorPtr data, TensorOf(tensor));
        out.tensors.push_back(std::move(data));
      }
      break;
    case AttributeProto::GRAPH:
    case AttributeProto::GRAPHS:
      out.kind =
          TypeOf(proto) == AttributeProto::GRAPH ? Kind::kGraph : Kind::kGraphs;
      ONNXIFI_RETURN_IF_ERROR(ReadGraphs(proto, attribute));
      break;
    default:
      // For whoever writes the graph again.
      out.s = proto.SerializeAsString();
      break;
  }
  return Status::Ok();
}

Status Builder::AddConstant(const Node& node) {
  if (node.outputs.size() != 1 || node.outputs[0] == kNoValue ||
      node.attributes.size() != 1) {
    return Invalid(StrCat("node ", Quoted(node.name),
                          ": Constant needs one output and one attribute"));
  }
  Result<TensorPtr> tensor = ConstantValue(node.attributes[0]);
  if (!tensor.ok()) {
    return tensor.status().WithContext(StrCat("node ", Quoted(node.name)));
  }
  if (*tensor == nullptr) {
    return Invalid(StrCat("node ", Quoted(node.name), ": attribute ",
                          Quoted(node.attributes[0].name),
                          " gives Constant no value"));
  }
  SetConstant(*std::move(tensor), &graph_.value(node.outputs[0]));
  return Status::Ok();
}

Status Builder::AddNode(const onnx::NodeProto& proto) {
  Node node;
  node.domain = proto.domain();
  node.op_type = proto.op_type();
  node.name = proto.name();
  const auto opset = model_.opsets.find(node.domain);
  node.opset = opset == model_.opsets.end() ? 0 : opset->second;
  node.inputs.reserve(static_cast<size_t>(proto.input_size()));
  node.attributes.reserve(static_cast<size_t>(proto.attribute_size()));
  node.outputs.reserve(static_cast<size_t>(proto.output_size()));
  for (const std::string& name : proto.input()) {
    const ValueId id = name.empty() ? kNoValue : Find(name);
    if (!name.empty() && id == kNoValue) {
      return Invalid(StrCat("node ", Quoted(node.name), " reads ", Quoted(name),
                            ", which nothing before it makes"));
    }
    node.inputs.push_back(id);
  }
  for (const AttributeProto& attribute : proto.attribute()) {
    ONNXIFI_RETURN_IF_ERROR(
        ReadAttribute(attribute, &node.attributes.emplace_back()));
  }
  for (const std::string& name : proto.output()) {
    if (name.empty()) {
      node.outputs.push_back(kNoValue);
      continue;
    }
    const size_t before = graph_.values.size();
    const ValueId id = Add(name);
    if (static_cast<size_t>(id) != before) {
      return Invalid(StrCat("node ", Quoted(node.name), " makes ", Quoted(name),
                            ", which exists already"));
    }
    node.outputs.push_back(id);
    const onnx::TypeProto* const* type = types_->Find(name);
    if (type != nullptr) {
      ONNXIFI_RETURN_IF_ERROR(SetType(**type, &graph_.value(id)));
    }
  }
  if (node.op_type == "Constant" && node.domain.empty()) {
    return AddConstant(node);
  }
  graph_.nodes.push_back(std::move(node));
  return Status::Ok();
}

Result<Graph> Builder::Build(const onnx::GraphProto& proto) {
  graph_.name = proto.name();
  graph_.ir_version = model_.ir_version;
  graph_.opsets = model_.opsets;
  Reserve(proto);
  if (types_ == nullptr) ReadTypes(proto);
  ONNXIFI_RETURN_IF_ERROR(AddValues(proto));
  for (const auto& node : proto.node()) {
    ONNXIFI_RETURN_IF_ERROR(AddNode(node));
  }
  for (const auto& output : proto.output()) {
    const ValueId id = Find(output.name());
    if (id == kNoValue) {
      return Invalid(
          StrCat("nothing makes graph output ", Quoted(output.name())));
    }
    graph_.outputs.push_back(id);
  }
  return std::move(graph_);
}

}  // namespace

Result<Graph> BuildGraph(const onnx::ModelProto& model, const ValueTypes& types,
                         const std::vector<WireTensor>& tensors) {
  ModelInfo info{model.ir_version(), {}, tensors};
  for (const auto& import : model.opset_import()) {
    info.opsets[import.domain()] = static_cast<int>(import.version());
  }
  return Builder(info, nullptr, types.size() == 0 ? nullptr : &types)
      .Build(model.graph());
}

}  // namespace onnxifi::graph
