// Random graphs of element-wise nodes: in groups they give, bit for bit, what the
// same nodes give one kernel each.
#include "backends/opencl/kernels/element_group.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/graph_compiler.h"
#include "backends/common/ops/broadcast_shape.h"
#include "backends/common/ops/op_util.h"
#include "backends/opencl/fuse.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"
#include "backends/opencl/opencl_backend.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

using graph::DataType;
using graph::Graph;
using graph::Shape;
using graph::ValueId;
using Bytes = std::vector<std::byte>;

Status GroupsOnly(Graph& graph) {
  GraphEditor editor(graph);
  FuseElements(editor);
  editor.Finish();
  return Status::Ok();
}

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

// A graph that grows by nodes whose operands are chosen among all values.
class RandomGraph {
 public:
  RandomGraph(unsigned seed, bool has_double)
      : random_(seed), has_double_(has_double) {
    graph_.ir_version = 10;
    graph_.opsets[""] = 21;
    const int rank = Below(4) + 1;
    for (int d = 0; d < rank; ++d) full_.push_back(1 + Below(d == 1 ? 40 : 9));
    const int inputs = 2 + Below(3);
    for (int i = 0; i < inputs; ++i) AddInput();
    const int nodes = 3 + Below(9);
    for (int i = 0; i < nodes; ++i) AddNode();
    graph_.outputs = {static_cast<ValueId>(graph_.values.size() - 1)};
    for (int i = Below(3); i > 0; --i) {
      graph_.outputs.push_back(graph_.nodes[PickNode()].outputs[0]);
    }
  }

  const Graph& graph() const { return graph_; }
  const std::vector<Bytes>& feeds() const { return feeds_; }

 private:
  int Below(int n) { return static_cast<int>(random_() % unsigned(n)); }
  size_t PickNode() { return size_t(Below(int(graph_.nodes.size()))); }
  const graph::Value& At(ValueId id) const { return graph_.value(id); }

  DataType PickType() {
    const DataType type = kTypes[Below(std::size(kTypes))];
    return type == DataType::kDouble && !has_double_ ? DataType::kFloat : type;
  }

  ValueId AddValue(DataType type, Shape dims) {
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

  // Numbers around 0, and those at which something ends.
  Bytes Elements(DataType type, const Shape& dims) {
    const auto size = static_cast<size_t>(graph::ElementBits(type) / 8);
    Bytes bytes(static_cast<size_t>(Product(dims)) * size);
    const double special[] = {0,   -0.0, INFINITY, -INFINITY, 1e30, -1e-42,
                              NAN, 0.5,  -1,       65504,     255,  -128};
    for (size_t at = 0; at < bytes.size(); at += size) {
      std::normal_distribution<double> normal(0, 3);
      double number =
          Below(8) == 0 ? special[Below(std::size(special))] : normal(random_);
      if (type == DataType::kBool) number = Below(2);
      HostElement element = MakeHostElement(type, number);
      if ((TypeBit(type) & kIntTypes) != 0 && Below(3) == 0) {
        const uint64_t any = uint64_t{random_()} << 32 | random_();
        std::memcpy(element.data(), &any, sizeof(any));
      }
      std::memcpy(bytes.data() + at, element.data(), size);
    }
    return bytes;
  }

  void AddInput() {
    Shape dims = full_;
    if (Below(2) == 0) {
      for (int64_t& dim : dims) {
        if (Below(2) == 0) dim = 1;
      }
      while (dims.size() > 1 && Below(3) == 0) dims.erase(dims.begin());
    }
    const DataType type = PickType();
    feeds_.push_back(Elements(type, dims));
    graph_.inputs.push_back(AddValue(type, std::move(dims)));
  }

  ValueId Op(const char* op, DataType made, std::vector<ValueId> inputs,
             int64_t to = 0) {
    graph::Node node;
    node.name = StrCat(op, graph_.nodes.size());
    node.op_type = op;
    node.opset = 24;
    if (to != 0) {
      graph::Attribute attribute;
      attribute.name = "to";
      attribute.kind = graph::Attribute::Kind::kInt;
      attribute.i = to;
      node.attributes.push_back(std::move(attribute));
    }
    std::vector<Shape> shapes;
    for (const ValueId id : inputs) shapes.push_back(At(id).dims);
    node.inputs = std::move(inputs);
    node.outputs = {AddValue(made, *BroadcastShape(node, shapes))};
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().outputs[0];
  }

  // A value of that type: one that is there, or a cast.
  ValueId Typed(DataType type) {
    const auto some = static_cast<ValueId>(Below(int(graph_.values.size())));
    return At(some).type == type ? some : Cast(some, type);
  }
  // Numbers that an integer type does not hold are not cast.
  ValueId Cast(ValueId x, DataType to) {
    const bool cuts = (TypeBit(At(x).type) & kFloatTypes) != 0 &&
                      (TypeBit(to) & kIntTypes) != 0;
    if (cuts) x = Op("Less", DataType::kBool, {x, x});
    return Op("Cast", to, {x}, static_cast<int64_t>(to));
  }

  void AddNode() {
    const auto x = static_cast<ValueId>(Below(int(graph_.values.size())));
    const DataType type = At(x).type;
    const auto pick = [&](const Family& family) {
      return family.ops[size_t(Below(int(family.ops.size())))];
    };
    switch (Below(6)) {
      case 0:
        Cast(x, PickType());
        return;
      case 1:
        if (type == DataType::kBool) {
          const ValueId a = Typed(PickType());
          Op("Where", At(a).type, {x, a, Typed(At(a).type)});
        } else {
          Op(kCompare[Below(std::size(kCompare))], DataType::kBool,
             {x, Typed(type)});
        }
        return;
      case 2:
      case 3:
        for (const Family& family : kUnary) {
          if ((TypeBit(type) & family.types) != 0) Op(pick(family), type, {x});
        }
        return;
      default:
        for (const Family& family : kBinary) {
          if ((TypeBit(type) & family.types) != 0) {
            Op(pick(family), type, {x, Typed(type)});
            return;
          }
        }
    }
  }

  std::mt19937 random_;
  const bool has_double_;
  Shape full_;
  Graph graph_;
  std::vector<Bytes> feeds_;
};

// Equal, where NaNs may have any sign and payload: C leaves open of which operand
// a sum has them.
bool SameElements(DataType type, const Bytes& a, const Bytes& b) {
  if (a == b || a.size() != b.size()) return a.size() == b.size();
  if ((TypeBit(type) & kFloatTypes) == 0) return false;
  const auto size = static_cast<size_t>(graph::ElementBits(type) / 8);
  for (size_t i = 0; i < a.size() / size; ++i) {
    if (std::memcmp(&a[i * size], &b[i * size], size) == 0) continue;
    const auto at = static_cast<int64_t>(i);
    if (!std::isnan(HostNumber(a.data(), type, at)) ||
        !std::isnan(HostNumber(b.data(), type, at))) {
      return false;
    }
  }
  return true;
}

std::string Text(const Graph& graph) {
  std::string text;
  for (const graph::Node& node : graph.nodes) {
    const graph::Value& made = graph.value(node.outputs[0]);
    text += StrCat(made.name, " = ", node.op_type, "(");
    for (const ValueId id : node.inputs) text += graph.value(id).name + " ";
    text += StrCat(") ", graph::DataTypeName(made.type), " ",
                   ShapeText(made.dims), "\n");
  }
  return text;
}

class ElementGroupTest : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<std::string> reasons;
    auto devices = Device::FindAll(&reasons);
    ASSERT_TRUE(devices.ok() && !devices->empty())
        << "these tests need a device, e.g. PoCL";
    device_ = devices->front();
    programs_ = std::make_shared<ProgramCache>(device_, DefaultCacheFolder());
  }

  std::vector<Bytes> Run(const Graph& graph, const std::vector<Shape>& shapes,
                         const std::vector<Bytes>& feeds, bool groups) {
    CompilerHooks hooks = MakeCompilerHooks(
        device_, programs_, std::make_shared<const BufferBlocks>());
    hooks.rewrite = groups ? &GroupsOnly : nullptr;
    ThreadPool pool(2);
    auto compiled = GraphCompiler::Create(graph, registry_, hooks, pool);
    EXPECT_TRUE(compiled.ok()) << compiled.status().message();
    if (!compiled.ok()) return {};
    auto program = (*compiled)->Specialize(shapes);
    EXPECT_TRUE(program.ok()) << program.status().message();
    if (!program.ok()) return {};
    std::vector<const void*> in;
    for (const Bytes& feed : feeds) in.push_back(feed.data());
    std::vector<Bytes> results;
    std::vector<void*> out;
    for (size_t i = 0; i < graph.outputs.size(); ++i) {
      results.emplace_back(*graph::ByteSize(graph.value(graph.outputs[i]).type,
                                            (*program)->output_shapes()[i]));
    }
    for (Bytes& result : results) out.push_back(result.data());
    EXPECT_EQ((*program)->Run(in, out), ONNXIFI_STATUS_SUCCESS);
    return results;
  }

  // Returns how many bytes the outputs have.
  size_t ExpectSame(const Graph& graph, const std::vector<Shape>& shapes,
                    const std::vector<Bytes>& feeds) {
    const auto alone = Run(graph, shapes, feeds, false);
    const auto grouped = Run(graph, shapes, feeds, true);
    EXPECT_EQ(alone.size(), grouped.size());
    size_t bytes = 0;
    for (size_t i = 0; i < std::min(alone.size(), grouped.size()); ++i) {
      const graph::Value& value = graph.value(graph.outputs[i]);
      EXPECT_TRUE(SameElements(value.type, alone[i], grouped[i]))
          << value.name << " of\n"
          << Text(graph);
      bytes += grouped[i].size();
    }
    return bytes;
  }

  std::shared_ptr<Device> device_;
  std::shared_ptr<ProgramCache> programs_;
  const OpRegistry registry_{kAllOps};
};

TEST_F(ElementGroupTest, RandomGroupsGiveTheSameBits) {
  const char* const wanted = std::getenv("ONNXIFI_TEST_GRAPHS");
  const unsigned count = wanted == nullptr ? 24 : unsigned(std::atoi(wanted));
  size_t nodes = 0;
  size_t steps = 0;
  for (unsigned seed = 1; seed <= count; ++seed) {
    const RandomGraph random(seed, device_->facts().has_double);
    std::vector<Shape> shapes;
    for (const ValueId id : random.graph().inputs) {
      shapes.push_back(random.graph().value(id).dims);
    }
    SCOPED_TRACE(StrCat("seed ", seed));
    ExpectSame(random.graph(), shapes, random.feeds());
    Graph fused = random.graph();
    graph::RemoveDeadNodes(fused);
    nodes += fused.nodes.size();
    ASSERT_TRUE(GroupsOnly(fused).ok());
    steps += fused.nodes.size();
  }
  EXPECT_LT(steps * 2, nodes) << nodes << " nodes, " << steps << " kernels";
}

// Graphs by hand, of float32; inputs and constants have noise.
struct FloatGraph {
  Graph graph;
  std::vector<Shape> shapes;
  std::vector<Bytes> feeds;

  ValueId Add(const Shape& dims) {
    graph::Value value;
    value.name = StrCat("v", graph.values.size());
    value.kind = graph::Value::Kind::kTensor;
    value.type = DataType::kFloat;
    value.has_shape = true;
    value.symbols.assign(dims.size(), "");
    value.dims = dims;
    graph.values.push_back(std::move(value));
    return static_cast<ValueId>(graph.values.size() - 1);
  }
  void Noise(void* to, const Shape& dims) {
    std::mt19937 random(unsigned(graph.values.size()));
    std::normal_distribution<float> normal;
    for (int64_t i = 0; i < Product(dims); ++i) {
      static_cast<float*>(to)[i] = normal(random);
    }
  }
  // An unknown dimension is -1, and `actual` has what it is in the run.
  ValueId Input(const Shape& dims, const Shape& actual) {
    graph.inputs.push_back(Add(dims));
    shapes.push_back(actual);
    feeds.emplace_back(size_t(Product(actual)) * sizeof(float));
    Noise(feeds.back().data(), actual);
    return graph.inputs.back();
  }
  ValueId Constant(const Shape& dims) {
    const ValueId id = Add(dims);
    graph::NewTensor made = *graph::MakeTensor(DataType::kFloat, dims);
    Noise(made.data, dims);
    graph.value(id).constant = made.tensor;
    return id;
  }
  ValueId Op(const char* op, std::vector<ValueId> inputs, const Shape& dims) {
    graph::Node node;
    node.name = StrCat(op, graph.nodes.size());
    node.op_type = op;
    node.opset = 17;
    node.inputs = std::move(inputs);
    node.outputs = {Add(dims)};
    graph.nodes.push_back(std::move(node));
    return graph.nodes.back().outputs[0];
  }
};

// Behind a convolution, in whose channel blocks all operands are read; 20
// channels fill no blocks.
TEST_F(ElementGroupTest, OperandsSpreadIntoChannelBlocks) {
  for (const int64_t channels : {64, 20}) {
    FloatGraph g;
    const Shape dims = {2, channels, 9, 11};
    const ValueId x = g.Input({2, 3, 9, 11}, {2, 3, 9, 11});
    ValueId a = g.Op("Conv", {x, g.Constant({channels, 3, 1, 1})}, dims);
    const ValueId mean = g.Op("GlobalAveragePool", {a}, {2, channels, 1, 1});
    a = g.Op("Exp", {a}, dims);
    for (const Shape& other :
         {Shape{channels, 1, 1}, Shape{2, channels, 1, 1}, Shape{9, 11},
          Shape{1, 1, 1, 11}, Shape{2, 1, 9, 1}, dims}) {
      a = g.Op("Mul", {a, g.Constant(other)}, dims);
    }
    const ValueId y = g.Op("Add", {a, mean}, dims);
    g.graph.outputs = {g.Op("Tanh", {y}, dims), y};
    Graph fused = g.graph;
    ASSERT_TRUE(GroupsOnly(fused).ok());
    EXPECT_EQ(fused.nodes.size(), 3u);
    EXPECT_EQ(ExpectSame(g.graph, g.shapes, g.feeds),
              static_cast<size_t>(2 * Product(dims)) * sizeof(float));
  }
}

// What the model does not tell, or tells wrong.
TEST_F(ElementGroupTest, OutputsMayTurnOutToHaveSeveralShapes) {
  FloatGraph g;
  const Shape open = {-1, -1};
  const ValueId x = g.Input(open, {1, 5});
  const ValueId z = g.Input(open, {4, 5});
  const ValueId a = g.Op("Exp", {x}, open);
  const ValueId b = g.Op("Add", {a, z}, open);
  g.graph.outputs = {g.Op("Tanh", {b}, open), a, b};
  for (const ValueId id : {x, a, z, b, g.graph.outputs[0]}) {
    g.graph.value(id).symbols = {"n", "m"};
  }
  Graph fused = g.graph;
  ASSERT_TRUE(GroupsOnly(fused).ok());
  EXPECT_EQ(fused.nodes.size(), 1u);
  EXPECT_EQ(ExpectSame(g.graph, g.shapes, g.feeds), 45 * sizeof(float));
}

}  // namespace
}  // namespace onnxifi::opencl
