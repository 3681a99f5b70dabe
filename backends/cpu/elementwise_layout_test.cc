#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::Attribute;
using graph::DataType;
using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::Value;
using graph::ValueId;
using testing::OpTester;

constexpr int kOpset = 13;
const Shape kImage = {2, 3, 9, 7};

// An operator on the output of a convolution, which may lie in a blocked
// layout, with an optional constant as its second input.
struct Case {
  const char* op;
  Shape constant_dims = {};
  bool constant_first = false;
  bool twice = false;  // the convolution's output is the second input too
  std::vector<int64_t> axes = {};
  int64_t keepdims = 1;
};

std::vector<float> Pattern(size_t count, int seed) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] =
        static_cast<float>((static_cast<int>(i) * 37 + seed) % 61) / 30 - 0.9f;
  }
  return values;
}

size_t Count(const Shape& dims) {
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
  return count;
}

ValueId AddValue(Graph& graph, const std::string& name, const Shape* dims) {
  Value value;
  value.name = name;
  value.kind = Value::Kind::kTensor;
  value.type = DataType::kFloat;
  value.has_shape = dims != nullptr;
  if (dims != nullptr) {
    value.dims = *dims;
    value.symbols.assign(dims->size(), "");
  }
  graph.values.push_back(std::move(value));
  return static_cast<ValueId>(graph.values.size()) - 1;
}

ValueId AddConstant(Graph& graph, const std::string& name, const Shape& dims,
                    const std::vector<float>& values) {
  const ValueId id = AddValue(graph, name, &dims);
  graph::NewTensor tensor = graph::MakeTensor(DataType::kFloat, dims).value();
  std::memcpy(tensor.data, values.data(), values.size() * sizeof(float));
  graph.value(id).constant = tensor.tensor;
  return id;
}

Attribute Ints(const std::string& name, std::vector<int64_t> values) {
  Attribute attribute;
  attribute.name = name;
  attribute.kind = Attribute::Kind::kInts;
  attribute.ints = std::move(values);
  return attribute;
}

Attribute Int(const std::string& name, int64_t value) {
  Attribute attribute;
  attribute.name = name;
  attribute.kind = Attribute::Kind::kInt;
  attribute.i = value;
  return attribute;
}

// x -> Conv -> c -> op -> y with outputs c and y.
Graph MakeGraph(const Case& c, int64_t channels,
                const std::vector<float>& constant) {
  Graph graph;
  graph.ir_version = 8;
  graph.opsets[""] = kOpset;
  const ValueId x = AddValue(graph, "x", &kImage);
  const Shape filter = {channels, 3, 3, 3};
  const ValueId w = AddConstant(graph, "w", filter, Pattern(Count(filter), 5));
  const ValueId conv = AddValue(graph, "c", nullptr);
  const ValueId y = AddValue(graph, "y", nullptr);
  Node node;
  node.name = "conv";
  node.op_type = "Conv";
  node.opset = kOpset;
  node.inputs = {x, w};
  node.outputs = {conv};
  node.attributes = {Ints("kernel_shape", {3, 3}), Ints("pads", {1, 1, 1, 1})};
  graph.nodes.push_back(node);
  node = Node();
  node.name = "op";
  node.op_type = c.op;
  node.opset = kOpset;
  node.inputs = {conv};
  if (c.twice) node.inputs.push_back(conv);
  if (!constant.empty()) {
    const ValueId k = AddConstant(graph, "k", c.constant_dims, constant);
    node.inputs.insert(
        c.constant_first ? node.inputs.begin() : node.inputs.end(), k);
  }
  if (!c.axes.empty()) {
    node.attributes = {Ints("axes", c.axes), Int("keepdims", c.keepdims)};
  }
  node.outputs = {y};
  graph.nodes.push_back(node);
  graph.inputs = {x};
  graph.outputs = {conv, y};
  return graph;
}

// What the operator gives for the convolution's plain output.
std::vector<float> Plain(const Case& c, const Shape& dims,
                         const std::vector<float>& conv,
                         const std::vector<float>& constant) {
  OpTester t(kAllOps, c.op, kOpset);
  if (c.constant_first) t.Constant<float>(c.constant_dims, constant);
  t.Input<float>(dims, conv);
  if (c.twice) t.Input<float>(dims, conv);
  if (!constant.empty() && !c.constant_first) {
    t.Constant<float>(c.constant_dims, constant);
  }
  if (!c.axes.empty()) t.AttrInts("axes", c.axes);
  if (!c.axes.empty()) t.AttrInt("keepdims", c.keepdims);
  EXPECT_TRUE(t.Run().ok()) << c.op;
  return t.Output<float>(0);
}

void Check(Case c, int64_t channels) {
  for (int64_t& dim : c.constant_dims) {
    if (dim == -1) dim = channels;
  }
  std::vector<float> constant;
  if (c.constant_first || !c.constant_dims.empty()) {
    constant = Pattern(Count(c.constant_dims), 11);
    for (float& value : constant) value += 2;
  }
  CpuBackend backend;
  auto compiled = backend.Compile(MakeGraph(c, channels, constant), {});
  ASSERT_TRUE(compiled.ok()) << compiled.status().message();
  auto executable = compiled.value()->Specialize({kImage});
  ASSERT_TRUE(executable.ok()) << executable.status().message();
  const Shape dims = executable.value()->output_shapes()[0];
  std::vector<float> conv(Count(dims));
  std::vector<float> y(Count(executable.value()->output_shapes()[1]));
  const std::vector<float> x = Pattern(Count(kImage), 3);
  const std::vector<const void*> in = {x.data()};
  const std::vector<void*> out = {conv.data(), y.data()};
  ASSERT_EQ(executable.value()->Run(in, out), ONNXIFI_STATUS_SUCCESS);
  const std::vector<float> exact = Plain(c, dims, conv, constant);
  ASSERT_EQ(y.size(), exact.size()) << c.op;
  for (size_t i = 0; i < y.size(); ++i) {
    ASSERT_NEAR(y[i], exact[i], 1e-4 * (1 + std::fabs(exact[i])))
        << c.op << " of " << channels << " channels at " << i;
  }
}

TEST(ElementwiseLayoutTest, ResultsDoNotDependOnTheLayout) {
  const std::vector<Case> cases = {
      {.op = "Tanh"},
      {.op = "Exp"},
      {.op = "Add", .twice = true},
      {.op = "Sum", .twice = true},
      {.op = "Add", .constant_dims = {1, -1, 1, 1}},
      {.op = "Div", .constant_dims = {1, -1, 1, 1}},
      {.op = "Sub", .constant_dims = {1, -1, 1, 1}, .constant_first = true},
      {.op = "Mul", .constant_dims = {-1, 1, 1}},
      {.op = "Add", .constant_dims = {1}},
      {.op = "Mul", .constant_dims = {1, 1, 9, 7}},
      {.op = "Max", .constant_dims = {2, -1, 9, 7}},
      {.op = "PRelu", .constant_dims = {1, -1, 1, 1}},
      {.op = "ReduceMean", .axes = {2, 3}},
      {.op = "ReduceMean", .axes = {2, 3}, .keepdims = 0},
      {.op = "ReduceMax", .axes = {-1}},
      {.op = "ReduceMax", .axes = {3}, .keepdims = 0},
      {.op = "ReduceMin", .axes = {1}},
      {.op = "ReduceLogSumExp", .axes = {2, 3}},
      {.op = "Identity"},
  };
  // With and without channels that the layout pads.
  for (const int64_t channels : {8, 12, 16, 19}) {
    for (const Case& c : cases) Check(c, channels);
  }
}

}  // namespace
}  // namespace onnxifi::cpu
