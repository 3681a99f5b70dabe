#include "graph/infer_alike.h"

#include <onnx/defs/tensor_proto_util.h>
#include <onnx/shape_inference/implementation.h>

#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/skeleton.h"

namespace onnxifi::graph {
namespace {

using onnx::AttributeProto;
using onnx::NodeProto;
using onnx::TensorProto;
using onnx::TypeProto;

// What is known of one value.
struct Value {
  const TypeProto* type = nullptr;
  const TensorProto* data = nullptr;  // of constants that can be looked at
};

// Gives small constants their data when somebody asks for it: few are.
class SmallTensors {
 public:
  SmallTensors(const std::vector<WireTensor>& tensors,
               google::protobuf::Arena* arena)
      : tensors_(tensors), arena_(arena) {}

  const TensorProto* WithData(const TensorProto* proto) {
    if (proto == nullptr || proto->has_raw_data()) return proto;
    const TensorData* tensor = TensorOf(*proto, tensors_);
    if (tensor == nullptr || !IsSmall(*tensor)) return proto;
    TensorProto*& made = made_[proto];
    if (made == nullptr) {
      made = google::protobuf::Arena::CreateMessage<TensorProto>(arena_);
      *made = *proto;
      SetData(*tensor, made);
    }
    return made;
  }

 private:
  const std::vector<WireTensor>& tensors_;
  google::protobuf::Arena* const arena_;
  std::unordered_map<const TensorProto*, TensorProto*> made_;
};

// What ONNX's inference function of one node sees and answers. Notes which
// inputs it asks for their data.
class Context final : public onnx::InferenceContext {
 public:
  Context(const NodeProto& node, const std::vector<Value>& inputs,
          SmallTensors* tensors)
      : node_(node),
        inputs_(inputs),
        tensors_(tensors),
        outputs_(static_cast<size_t>(node.output_size())),
        asked_(inputs.size(), false) {}

  const AttributeProto* getAttribute(const std::string& name) const override {
    // The last of a name, as in a map that is filled in order.
    for (int i = node_.attribute_size(); i-- > 0;) {
      if (node_.attribute(i).name() == name) return &node_.attribute(i);
    }
    return nullptr;
  }
  size_t getNumInputs() const override { return inputs_.size(); }
  const TypeProto* getInputType(size_t i) const override {
    return inputs_.at(i).type;
  }
  bool hasInput(size_t i) const override {
    return i < inputs_.size() && !node_.input(static_cast<int>(i)).empty();
  }
  const TensorProto* getInputData(size_t i) const override {
    asked_.at(i) = true;
    return tensors_->WithData(inputs_[i].data);
  }
  const onnx::SparseTensorProto* getInputSparseData(size_t i) const override {
    static_cast<void>(inputs_.at(i));
    return nullptr;
  }
  const onnx::TensorShapeProto* getSymbolicInput(size_t i) const override {
    static_cast<void>(inputs_.at(i));
    return nullptr;
  }
  size_t getNumOutputs() const override { return outputs_.size(); }
  TypeProto* getOutputType(size_t i) override { return &outputs_.at(i); }
  bool hasOutput(size_t i) override {
    return i < outputs_.size() && !node_.output(static_cast<int>(i)).empty();
  }
  onnx::GraphInferencer* getGraphAttributeInferencer(
      const std::string&) override {
    fail_type_inference("the node has no graph");
  }

  const std::vector<bool>& asked() const { return asked_; }

 private:
  const NodeProto& node_;
  const std::vector<Value>& inputs_;
  SmallTensors* const tensors_;
  std::vector<TypeProto> outputs_;
  mutable std::vector<bool> asked_;
};

// Whether a symbol has to be made up for a dimension.
bool NeedsSymbols(const TypeProto& type) {
  const auto open = [](const onnx::TensorShapeProto& shape) {
    for (const auto& dim : shape.dim()) {
      if (!dim.has_dim_value() && !dim.has_dim_param()) return true;
    }
    return false;
  };
  switch (type.value_case()) {
    case TypeProto::kTensorType:
      return open(type.tensor_type().shape());
    case TypeProto::kSparseTensorType:
      return open(type.sparse_tensor_type().shape());
    case TypeProto::kSequenceType:
      return NeedsSymbols(type.sequence_type().elem_type());
    case TypeProto::kOptionalType:
      return NeedsSymbols(type.optional_type().elem_type());
    case TypeProto::kMapType:
      return NeedsSymbols(type.map_type().value_type());
    default:
      return false;
  }
}

// Lives for one call of InferAlike. Types are compared by address: equal ones
// have one.
class Inference {
 public:
  Inference(const onnx::ModelProto& model,
            const std::vector<WireTensor>& tensors, const NodeKinds& kinds,
            const onnx::ISchemaRegistry& schemas,
            google::protobuf::Arena* arena)
      : model_(model),
        graph_(model.graph()),
        kinds_(kinds),
        schemas_(schemas),
        arena_(arena),
        tensors_(tensors, arena),
        asked_(static_cast<size_t>(kinds.count())) {}

  bool Run();
  ValueTypes Take() && { return std::move(types_); }

 private:
  using Types = std::vector<const TypeProto*>;  // of a node's outputs

  void AddDeclared();
  void AddInitializers();
  bool AddNode(int index);
  const Types& Infer(int index, const onnx::OpSchema& schema);
  Types Ask(const NodeProto& node, const onnx::OpSchema& schema,
            std::vector<bool>* asked);
  void MakeKey(int32_t kind);
  void SetType(const std::string& name, const TypeProto* type);
  const TypeProto* Merged(const TypeProto* inferred, const TypeProto* declared);
  void SetConstant(const NodeProto& node);
  template <typename Number>
  void SetNumbers(const std::string& name, std::vector<Number> numbers,
                  bool scalar);
  TypeProto* NewType(const TypeProto& from) const;
  const TypeProto* Unique(const TypeProto& type);

  const onnx::ModelProto& model_;
  const onnx::GraphProto& graph_;
  const NodeKinds& kinds_;
  const onnx::ISchemaRegistry& schemas_;
  google::protobuf::Arena* const arena_;
  SmallTensors tensors_;
  onnx::shape_inference::SymbolTableImpl symbols_;
  std::unordered_map<std::string, int> opsets_;
  ValueTypes types_;
  // Of constants; most values are none.
  NameMap<const TensorProto*> data_;
  std::unordered_map<std::string, const TypeProto*> unique_;
  std::unordered_map<std::string, Types> known_;
  // For each kind: the inputs whose data some node of it has asked for.
  std::vector<std::vector<bool>> asked_;
  std::vector<Value> inputs_;  // of the current node
  std::string key_;
  Types single_;
};

TypeProto* Inference::NewType(const TypeProto& from) const {
  auto* type = google::protobuf::Arena::CreateMessage<TypeProto>(arena_);
  *type = from;
  return type;
}

const TypeProto* Inference::Unique(const TypeProto& type) {
  type.SerializeToString(&key_);
  const auto entry = unique_.find(key_);
  if (entry != unique_.end()) return entry->second;
  return unique_.emplace(key_, NewType(type)).first->second;
}

void Inference::AddDeclared() {
  for (const auto* list :
       {&graph_.value_info(), &graph_.input(), &graph_.output()}) {
    for (const auto& value : *list) {
      if (value.has_type()) types_.Set(value.name(), Unique(value.type()));
    }
  }
}

void Inference::AddInitializers() {
  constexpr int64_t kFirstWithoutInputs = 4;  // IR
  TypeProto type;
  for (const auto& tensor : graph_.initializer()) {
    type.Clear();
    type.mutable_tensor_type()->set_elem_type(tensor.data_type());
    auto* shape = type.mutable_tensor_type()->mutable_shape();
    for (const int64_t dim : tensor.dims())
      shape->add_dim()->set_dim_value(dim);
    data_.Set(tensor.name(), &tensor);
    const TypeProto* const* declared = types_.Find(tensor.name());
    if (declared != nullptr) {
      // Only compared: the declared type stays.
      TypeProto copy = **declared;
      onnx::shape_inference::mergeShapesAndTypes(type, &copy);
    } else if (model_.ir_version() >= kFirstWithoutInputs) {
      types_.Set(tensor.name(), Unique(type));
    }
  }
}

// The kind, the types of the inputs, and the data of those that matter.
void Inference::MakeKey(int32_t kind) {
  const auto append = [this](const auto& value) {
    key_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  key_.clear();
  append(kind);
  for (const Value& input : inputs_) append(input.type);
  const std::vector<bool>& asked = asked_[static_cast<size_t>(kind)];
  for (size_t i = 0; i < asked.size(); ++i) {
    if (asked[i]) append(inputs_[i].data);
  }
}

Inference::Types Inference::Ask(const NodeProto& node,
                                const onnx::OpSchema& schema,
                                std::vector<bool>* asked) {
  Context context(node, inputs_, &tensors_);
  if (schema.has_type_and_shape_inference_function()) {
    schema.GetTypeAndShapeInferenceFunction()(context);
  }
  schema.CheckInputOutputType(context);
  Types types;
  for (size_t i = 0; i < context.getNumOutputs(); ++i) {
    const TypeProto& type = *context.getOutputType(i);
    const bool set = type.value_case() != TypeProto::VALUE_NOT_SET;
    types.push_back(set ? Unique(type) : nullptr);
  }
  *asked = context.asked();
  return types;
}

const Inference::Types& Inference::Infer(int index,
                                         const onnx::OpSchema& schema) {
  const NodeProto& node = graph_.node(index);
  const int32_t kind = kinds_.of(index);
  std::vector<bool> asked;
  if (kind == NodeKinds::kNone) {
    single_ = Ask(node, schema, &asked);
    return single_;
  }
  MakeKey(kind);
  if (const auto known = known_.find(key_); known != known_.end()) {
    return known->second;
  }
  Types types = Ask(node, schema, &asked);
  std::vector<bool>& all = asked_[static_cast<size_t>(kind)];
  all.resize(asked.size(), false);
  for (size_t i = 0; i < asked.size(); ++i) all[i] = all[i] || asked[i];
  MakeKey(kind);  // it may need more data now
  return known_.insert_or_assign(key_, std::move(types)).first->second;
}

const TypeProto* Inference::Merged(const TypeProto* inferred,
                                   const TypeProto* declared) {
  if (inferred == declared) return declared;
  TypeProto merged = *declared;
  onnx::shape_inference::mergeShapesAndTypes(*inferred, &merged);
  return Unique(merged);
}

void Inference::SetType(const std::string& name, const TypeProto* type) {
  if (NeedsSymbols(*type)) {
    TypeProto* own = NewType(*type);
    onnx::shape_inference::MaterializeSymbolicShape(own, symbols_);
    type = own;
  }
  const auto [entry, added] = types_.Insert(name, type);
  if (!added) *entry = Merged(type, *entry);
}

template <typename Number>
void Inference::SetNumbers(const std::string& name, std::vector<Number> numbers,
                           bool scalar) {
  auto* tensor = google::protobuf::Arena::CreateMessage<TensorProto>(arena_);
  *tensor = onnx::ToTensor(numbers);
  if (!scalar) tensor->add_dims(static_cast<int64_t>(numbers.size()));
  data_.Set(name, tensor);
}

// Constants whose data later nodes may look at.
void Inference::SetConstant(const NodeProto& node) {
  if (node.op_type() != "Constant" || !node.domain().empty() ||
      node.output_size() != 1) {
    return;
  }
  const std::string& name = node.output(0);
  for (const AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == "value") {
      if (attribute.type() == AttributeProto::TENSOR && attribute.has_t()) {
        data_.Set(name, &attribute.t());
      }
    } else if (attribute.type() == AttributeProto::INTS) {
      SetNumbers<int64_t>(
          name, {attribute.ints().begin(), attribute.ints().end()}, false);
    } else if (attribute.type() == AttributeProto::INT) {
      SetNumbers<int64_t>(name, {attribute.i()}, true);
    } else if (attribute.type() == AttributeProto::FLOATS) {
      SetNumbers<float>(
          name, {attribute.floats().begin(), attribute.floats().end()}, false);
    } else if (attribute.type() == AttributeProto::FLOAT) {
      SetNumbers<float>(name, {attribute.f()}, true);
    }
  }
}

bool Inference::AddNode(int index) {
  const NodeProto& node = graph_.node(index);
  const auto opset = opsets_.find(node.domain());
  if (opset == opsets_.end()) return false;
  const onnx::OpSchema* schema =
      schemas_.GetSchema(node.op_type(), opset->second, node.domain());
  if (schema == nullptr) return false;
  // Inferred through its body, which is a graph of its own.
  if (!schema->has_type_and_shape_inference_function() &&
      schema->HasFunction()) {
    return false;
  }
  inputs_.clear();
  for (const std::string& name : node.input()) {
    const TypeProto* const* type = types_.Find(name);
    const TensorProto* const* data = data_.Find(name);
    inputs_.push_back(
        {type == nullptr ? nullptr : *type, data == nullptr ? nullptr : *data});
  }
  const Types& types = Infer(index, *schema);
  for (int i = 0; i < node.output_size(); ++i) {
    const TypeProto* type = types[static_cast<size_t>(i)];
    if (!node.output(i).empty() && type != nullptr) {
      SetType(node.output(i), type);
    }
  }
  SetConstant(node);
  return true;
}

bool Inference::Run() {
  for (const auto& import : model_.opset_import()) {
    opsets_[import.domain()] = static_cast<int>(import.version());
  }
  types_.Reserve(static_cast<size_t>(graph_.node_size()) +
                 static_cast<size_t>(graph_.initializer_size()) +
                 static_cast<size_t>(graph_.input_size()));
  symbols_.addFromGraph(graph_);
  AddDeclared();
  AddInitializers();
  for (int i = 0; i < graph_.node_size(); ++i) {
    if (!AddNode(i)) return false;
  }
  return true;
}

}  // namespace

const TensorData* TensorOf(const onnx::TensorProto& proto,
                           const std::vector<WireTensor>& tensors) {
  const auto index = TensorIndex(proto.doc_string());
  if (!index.has_value() || *index >= tensors.size()) return nullptr;
  return tensors[*index].data.get();
}

void SetData(const TensorData& tensor, onnx::TensorProto* proto) {
  if (tensor.bytes > 0) proto->set_raw_data(tensor.data, tensor.bytes);
}

bool InferAlike(const onnx::ModelProto& model,
                const std::vector<WireTensor>& tensors, const NodeKinds& kinds,
                const onnx::ISchemaRegistry& schemas,
                google::protobuf::Arena* arena, ValueTypes* types) {
  if (kinds.has_bodies() || model.functions_size() > 0 ||
      model.graph().sparse_initializer_size() > 0) {
    return false;
  }
  try {
    Inference inference(model, tensors, kinds, schemas, arena);
    if (!inference.Run()) return false;
    *types = std::move(inference).Take();
    return true;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace onnxifi::graph
