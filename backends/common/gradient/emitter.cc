#include "backends/common/gradient/emitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::gradient {

using graph::Attribute;
using graph::DataType;
using graph::ValueId;

void Names::Add(const graph::Graph& graph) {
  for (const graph::Value& value : graph.values) taken_.insert(value.name);
  for (const graph::Node& node : graph.nodes) {
    taken_.insert(node.name);
    for (const Attribute& attribute : node.attributes) {
      if (attribute.graph != nullptr) Add(*attribute.graph);
      for (const auto& body : attribute.graphs) Add(*body);
    }
  }
}

std::string Names::Unique(std::string base) {
  while (!taken_.insert(base).second) base += '_';
  return base;
}

TensorInfo OfType(DataType type) { return {type, false, {}, {}}; }

TensorInfo OfRank(DataType type, size_t rank) {
  return OfDims(type, graph::Shape(rank, -1));
}

TensorInfo OfDims(DataType type, graph::Shape dims) {
  const size_t rank = dims.size();
  return {type, true, std::move(dims), std::vector<std::string>(rank)};
}

const graph::Value& Var::value() const { return emitter->value(id); }

int Var::rank() const {
  const graph::Value& v = value();
  return v.has_shape ? static_cast<int>(v.dims.size()) : -1;
}

TensorInfo Var::info() const {
  const graph::Value& v = value();
  TensorInfo info{v.type, v.has_shape, v.dims, v.symbols};
  info.symbols.resize(info.dims.size());
  return info;
}

ValueId Emitter::Copy(const graph::Value& model) {
  graph::Value copy = model;
  copy.name = names_.Unique(
      StrCat(prefix_, "/", model.name.substr(0, kMaxPart), "_", count_++));
  copy.constant = nullptr;
  graph_.values.push_back(std::move(copy));
  return static_cast<ValueId>(graph_.values.size() - 1);
}

ValueId Emitter::NewValue(TensorInfo info, std::string_view hint) {
  graph::Value value;
  value.name = names_.Unique(StrCat(prefix_, "/", hint, "_", count_));
  value.kind = graph::Value::Kind::kTensor;
  value.type = info.type;
  value.has_shape = info.has_shape;
  value.dims = std::move(info.dims);
  value.symbols = std::move(info.symbols);
  graph_.values.push_back(std::move(value));
  return static_cast<ValueId>(graph_.values.size() - 1);
}

Var Emitter::Emit(const char* op, const std::vector<Var>& inputs,
                  TensorInfo out, std::vector<Attribute> attributes,
                  const char* domain) {
  graph::Node node;
  node.op_type = op;
  node.domain = domain;
  node.opset = node.domain.empty() ? kOpset : 1;
  for (const Var& input : inputs) node.inputs.push_back(input.id);
  node.attributes = std::move(attributes);
  const ValueId made = NewValue(std::move(out), op);
  node.outputs = {made};
  Add(std::move(node));
  return Wrap(made);
}

void Emitter::Book(size_t nodes) {
  if (nodes > nodes_left()) {
    Fail(Status(ONNXIFI_STATUS_INVALID_MODEL,
                "its derivative needs more nodes than a model may have"));
  }
  added_ += std::min(nodes, nodes_left());
}

void Emitter::Add(graph::Node node) {
  Book(1);
  if (!status_.ok()) return;
  node.name = names_.Unique(StrCat(prefix_, "/", node.op_type, "_", count_++));
  nodes_.push_back(std::move(node));
}

Var Emitter::Constant(graph::TensorPtr tensor) {
  const ValueId id = NewValue(OfDims(tensor->type, tensor->dims), "constant");
  ++count_;
  graph_.value(id).constant = std::move(tensor);
  return Wrap(id);
}

Var Emitter::Scalar(DataType type, double number) {
  const DataType held =
      type == DataType::kDouble ? DataType::kDouble : DataType::kFloat;
  Result<graph::NewTensor> made = graph::MakeTensor(held, {});
  if (!made.ok()) {
    Fail(made.status());
    return None();
  }
  const auto narrow = static_cast<float>(number);
  if (held == DataType::kDouble) {
    std::memcpy(made->data, &number, sizeof(number));
  } else {
    std::memcpy(made->data, &narrow, sizeof(narrow));
  }
  const Var scalar = Constant(made->tensor);
  if (held == type) return scalar;
  return Emit("Cast", {scalar}, OfDims(type, {}),
              {IntAttribute("to", static_cast<int64_t>(type))});
}

Var Emitter::Ints(const std::vector<int64_t>& numbers) {
  Result<graph::NewTensor> made = graph::MakeTensor(
      DataType::kInt64, {static_cast<int64_t>(numbers.size())});
  if (!made.ok()) {
    Fail(made.status());
    return None();
  }
  if (!numbers.empty()) {
    std::memcpy(made->data, numbers.data(), numbers.size() * sizeof(int64_t));
  }
  return Constant(made->tensor);
}

namespace {

Attribute Named(std::string name, Attribute::Kind kind) {
  Attribute attribute;
  attribute.name = std::move(name);
  attribute.kind = kind;
  return attribute;
}

}  // namespace

Attribute IntAttribute(std::string name, int64_t number) {
  Attribute made = Named(std::move(name), Attribute::Kind::kInt);
  made.i = number;
  return made;
}

Attribute IntsAttribute(std::string name, std::vector<int64_t> numbers) {
  Attribute made = Named(std::move(name), Attribute::Kind::kInts);
  made.ints = std::move(numbers);
  return made;
}

Attribute FloatAttribute(std::string name, float number) {
  Attribute made = Named(std::move(name), Attribute::Kind::kFloat);
  made.f = number;
  return made;
}

Attribute TextAttribute(std::string name, std::string text) {
  Attribute made = Named(std::move(name), Attribute::Kind::kString);
  made.s = std::move(text);
  return made;
}

}  // namespace onnxifi::gradient
