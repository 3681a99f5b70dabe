#include "backends/opencl/testing/random_graph.h"

#include <cmath>
#include <cstring>
#include <iterator>
#include <string>
#include <utility>

#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {

using graph::DataType;
using graph::Shape;
using graph::ValueId;

namespace {

struct Family {
  TypeSet types;
  std::vector<const char*> ops;
};
// Operators of one and of two operands of the same type.
const Family kUnary[] = {
    {kFloatTypes, {"Abs",      "Neg",        "Exp",   "Tanh",
                   "Sigmoid",  "Sqrt",       "Relu",  "LeakyRelu",
                   "Softplus", "Erf",        "Floor", "Ceil",
                   "Round",    "Gelu",       "Elu",   "Sign",
                   "Log",      "Mish",       "Selu",  "Softsign",
                   "Celu",     "Reciprocal", "Sin",   "Atan",
                   "Shrink",   "HardSwish",  "Swish", "ThresholdedRelu"}},
    {kSignedTypes, {"Abs", "Neg", "Sign", "BitwiseNot", "Relu"}},
    {kUnsignedTypes, {"BitwiseNot", "Sign"}},
    {kBoolType, {"Not"}}};
const Family kBinary[] = {
    {kFloatTypes, {"Add", "Sub", "Mul", "Div", "Min", "Max", "PRelu", "Mean"}},
    {kIntTypes,
     {"Add", "Sub", "Mul", "Div", "Min", "Max", "Mod", "BitwiseAnd",
      "BitwiseOr", "BitwiseXor"}},
    {kBoolType, {"And", "Or", "Xor"}}};
constexpr const char* kCompare[] = {"Less", "Greater", "LessOrEqual",
                                    "GreaterOrEqual", "Equal"};
constexpr DataType kTypes[] = {
    DataType::kFloat,   DataType::kFloat,    DataType::kFloat,
    DataType::kFloat16, DataType::kBfloat16, DataType::kDouble,
    DataType::kInt8,    DataType::kUint8,    DataType::kInt16,
    DataType::kUint16,  DataType::kInt32,    DataType::kUint32,
    DataType::kInt64,   DataType::kUint64,   DataType::kBool};

}  // namespace

RandomGraph::RandomGraph(unsigned seed, bool has_double)
    : random_(seed), has_double_(has_double) {
  graph_.ir_version = 10;
  graph_.opsets[""] = 21;
}

void RandomGraph::MakeElements() {
  const int rank = Below(4) + 1;
  for (int d = 0; d < rank; ++d) full_.push_back(1 + Below(d == 1 ? 40 : 9));
  const int inputs = 2 + Below(3);
  for (int i = 0; i < inputs; ++i) AddOperand();
  const int nodes = 3 + Below(9);
  for (int i = 0; i < nodes; ++i) AddElement(AnyValue());
  graph_.outputs = {static_cast<ValueId>(graph_.values.size() - 1)};
  for (int i = Below(3); i > 0; --i) {
    const int node = Below(int(graph_.nodes.size()));
    graph_.outputs.push_back(graph_.nodes[size_t(node)].outputs[0]);
  }
}

std::vector<Shape> RandomGraph::shapes() const {
  std::vector<Shape> shapes;
  for (const ValueId id : graph_.inputs) shapes.push_back(At(id).dims);
  return shapes;
}

DataType RandomGraph::PickType() {
  const DataType type = kTypes[Below(std::size(kTypes))];
  return type == DataType::kDouble && !has_double_ ? DataType::kFloat : type;
}

ValueId RandomGraph::AddValue(DataType type, Shape dims) {
  graph::Value value;
  value.name = StrCat("v", graph_.values.size());
  value.kind = graph::Value::Kind::kTensor;
  value.type = type;
  value.has_shape = true;
  value.symbols.assign(dims.size(), "");
  value.dims = std::move(dims);
  graph_.values.push_back(std::move(value));
  return static_cast<ValueId>(graph_.values.size() - 1);
}

std::vector<std::byte> RandomGraph::Elements(DataType type, const Shape& dims,
                                             bool special) {
  const auto size = static_cast<size_t>(graph::ElementBits(type) / 8);
  std::vector<std::byte> bytes(static_cast<size_t>(Product(dims)) * size);
  const double ends[] = {0,   -0.0, INFINITY, -INFINITY, 1e30, -1e-42,
                         NAN, 0.5,  -1,       65504,     255,  -128};
  for (size_t at = 0; at < bytes.size(); at += size) {
    std::normal_distribution<double> normal(0, special ? 3 : 1);
    double number = special && Below(8) == 0 ? ends[Below(std::size(ends))]
                                             : normal(random_);
    if (type == DataType::kBool) number = Below(2);
    HostElement element = MakeHostElement(type, number);
    if (special && (TypeBit(type) & kIntTypes) != 0 && Below(3) == 0) {
      const uint64_t any = uint64_t{random_()} << 32 | random_();
      std::memcpy(element.data(), &any, sizeof(any));
    }
    std::memcpy(bytes.data() + at, element.data(), size);
  }
  return bytes;
}

ValueId RandomGraph::AddInput(DataType type, Shape dims, bool special) {
  feeds_.push_back(Elements(type, dims, special));
  graph_.inputs.push_back(AddValue(type, std::move(dims)));
  return graph_.inputs.back();
}

ValueId RandomGraph::AddConstant(DataType type, const Shape& dims) {
  const std::vector<std::byte> elements = Elements(type, dims, false);
  const ValueId id = AddValue(type, dims);
  const graph::NewTensor made = *graph::MakeTensor(type, dims);
  if (!elements.empty()) {
    std::memcpy(made.data, elements.data(), elements.size());
  }
  graph_.value(id).constant = made.tensor;
  return id;
}

void RandomGraph::AddOperand() {
  Shape dims = full_;
  if (Below(2) == 0) {
    for (int64_t& dim : dims) {
      if (Below(2) == 0) dim = 1;
    }
    while (dims.size() > 1 && Below(3) == 0) dims.erase(dims.begin());
  }
  AddInput(PickType(), std::move(dims), true);
}

graph::Node& RandomGraph::AddNode(const char* op, std::vector<ValueId> inputs,
                                  DataType made, Shape dims) {
  graph::Node node;
  node.name = StrCat(op, graph_.nodes.size());
  node.op_type = op;
  node.opset = 24;
  node.inputs = std::move(inputs);
  node.outputs = {AddValue(made, std::move(dims))};
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back();
}

ValueId RandomGraph::Op(const char* op, DataType made,
                        std::vector<ValueId> inputs, int64_t to) {
  std::vector<Shape> shapes;
  for (const ValueId id : inputs) shapes.push_back(At(id).dims);
  graph::Node& node = AddNode(op, std::move(inputs), made,
                              *BroadcastShape(graph::Node(), shapes));
  if (to != 0) {
    graph::Attribute attribute;
    attribute.name = "to";
    attribute.kind = graph::Attribute::Kind::kInt;
    attribute.i = to;
    node.attributes.push_back(std::move(attribute));
  }
  return node.outputs[0];
}

ValueId RandomGraph::Typed(DataType type) {
  const ValueId some = AnyValue();
  return At(some).type == type ? some : Cast(some, type);
}

// Numbers that an integer type does not hold are not cast.
ValueId RandomGraph::Cast(ValueId x, DataType to) {
  const bool cuts = (TypeBit(At(x).type) & kFloatTypes) != 0 &&
                    (TypeBit(to) & kIntTypes) != 0;
  if (cuts) x = Op("Less", DataType::kBool, {x, x});
  return Op("Cast", to, {x}, static_cast<int64_t>(to));
}

ValueId RandomGraph::AddElement(ValueId x) {
  const DataType type = At(x).type;
  const auto pick = [&](const Family& family) {
    return family.ops[size_t(Below(int(family.ops.size())))];
  };
  switch (Below(6)) {
    case 0:
      return Cast(x, PickType());
    case 1:
      if (type == DataType::kBool) {
        const ValueId a = Typed(PickType());
        return Op("Where", At(a).type, {x, a, Typed(At(a).type)});
      }
      return Op(kCompare[Below(std::size(kCompare))], DataType::kBool,
                {x, Typed(type)});
    case 2:
    case 3:
      for (const Family& family : kUnary) {
        if ((TypeBit(type) & family.types) != 0) {
          return Op(pick(family), type, {x});
        }
      }
      return x;
    default:
      for (const Family& family : kBinary) {
        if ((TypeBit(type) & family.types) != 0) {
          return Op(pick(family), type, {x, Typed(type)});
        }
      }
      return x;
  }
}

}  // namespace onnxifi::opencl
