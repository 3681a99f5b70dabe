#include "graph/onnx_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/str_cat.h"
#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

Graph MustRead(const onnx::ModelProto& model, const ReadOptions& options = {}) {
  Result<Graph> graph = ReadProto(model, options);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? *std::move(graph) : Graph();
}

TEST(OnnxReaderTest, ReadsAGraph) {
  const Graph graph = MustRead(AddModel());
  EXPECT_EQ(graph.name, "add");
  EXPECT_EQ(graph.ir_version, 8);
  EXPECT_EQ(graph.opsets.at(""), 17);
  ASSERT_EQ(graph.nodes.size(), 1u);
  const Node& node = graph.nodes[0];
  EXPECT_EQ(node.op_type, "Add");
  EXPECT_EQ(node.domain, "");
  EXPECT_EQ(node.opset, 17);
  EXPECT_FALSE(node.name.empty());
  ASSERT_EQ(graph.inputs.size(), 2u);
  EXPECT_EQ(graph.value(graph.inputs[1]).name, "b");
  ASSERT_EQ(graph.outputs.size(), 1u);
  EXPECT_EQ(node.outputs[0], graph.outputs[0]);
  const Value& c = graph.value(graph.outputs[0]);
  EXPECT_EQ(c.kind, Value::Kind::kTensor);
  EXPECT_EQ(c.type, DataType::kFloat);
  EXPECT_EQ(c.dims, (Shape{2, 3}));
}

TEST(OnnxReaderTest, InfersIntermediatesAndKeepsSymbols) {
  const Graph graph = MustRead(SmallModel(R"(g (float[N,4] x) => (float y) {
      t = Transpose(x)
      y = ReduceSum<keepdims = 0>(t)
    })"));
  const Value& x = ValueNamed(graph, "x");
  EXPECT_EQ(x.dims, (Shape{-1, 4}));
  EXPECT_EQ(x.symbols, (std::vector<std::string>{"N", ""}));
  const Value& t = ValueNamed(graph, "t");
  EXPECT_TRUE(t.has_shape);
  EXPECT_EQ(t.dims, (Shape{4, -1}));
  EXPECT_EQ(t.symbols[1], "N");
}

TEST(OnnxReaderTest, KeepsInitializersInPlace) {
  onnx::ModelProto model = SmallModel(R"(g (float[2] x) => (float[2] y)
    <float[2] w = {1.0, 2.0}> { y = Mul(x, w) })");
  auto* w = model.mutable_graph()->mutable_initializer(0);
  w->clear_float_data();
  const float data[] = {3, 4};
  w->set_raw_data(data, sizeof(data));
  const std::string bytes = model.SerializeAsString();
  const auto graph = ReadModel(AsBytes(bytes), {});
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const TensorPtr constant = ValueNamed(*graph, "w").constant;
  ASSERT_NE(constant, nullptr);
  EXPECT_EQ(std::memcmp(constant->data, data, sizeof(data)), 0);
  EXPECT_GE(constant->data, bytes.data());
  EXPECT_LT(constant->data, bytes.data() + bytes.size());
  EXPECT_EQ(constant->owner, nullptr);
  EXPECT_EQ(graph->inputs.size(), 1u);
}

TEST(OnnxReaderTest, AnInitializerThatIsAnInputIsNoRunTimeInput) {
  for (const int ir_version : {3, 8}) {
    onnx::ModelProto model = SmallModel(
        R"(g (float[2] x, float[2] w) => (float[2] y) { y = Mul(x, w) })");
    model.set_ir_version(ir_version);
    auto* w = model.mutable_graph()->add_initializer();
    w->set_name("w");
    w->set_data_type(onnx::TensorProto::FLOAT);
    w->add_dims(2);
    w->add_float_data(1);
    w->add_float_data(2);
    const Graph graph = MustRead(model);
    ASSERT_EQ(graph.inputs.size(), 1u);
    EXPECT_EQ(graph.value(graph.inputs[0]).name, "x");
    EXPECT_NE(ValueNamed(graph, "w").constant, nullptr);
  }
}

TEST(OnnxReaderTest, LargeInitializersKeepTheirShapeInInference) {
  onnx::ModelProto model =
      SmallModel("g (float[N,2000] x) => (float[N,3] y) { y = MatMul(x, w) }");
  auto* w = model.mutable_graph()->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(2000);
  w->add_dims(3);
  w->set_raw_data(std::string(2000 * 3 * 4, '\0'));
  const Graph graph = MustRead(model);
  EXPECT_EQ(ValueNamed(graph, "w").dims, (Shape{2000, 3}));
  w->set_dims(0, 3);
  w->set_dims(1, 2000);
  EXPECT_EQ(StatusOf(model).code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(OnnxReaderTest, SmallInitializersAreKnownToInference) {
  const Graph graph = MustRead(SmallModel(R"(g (float[2,6] x) => (float[M,K] y)
    <int64[2] shape = {3, 4}> { y = Reshape(x, shape) })"));
  EXPECT_EQ(ValueNamed(graph, "y").dims, (Shape{3, 4}));
}

TEST(OnnxReaderTest, ConstantNodesBecomeConstants) {
  const Graph graph = MustRead(SmallModel(R"(g (float[2] x) => (float[2] y) {
      a = Constant<value = float[2] {1.0, 2.0}>()
      b = Constant<value_float = 3.0>()
      c = Constant<value_floats = [4.0, 5.0]>()
      d = Constant<value_int = 6>()
      e = Constant<value_ints = [7, 8, 9]>()
      f = Constant<value_string = "s">()
      h = Constant<value_strings = ["t", "u"]>()
      p = Add(a, b)
      q = Add(p, c)
      y = Add(q, x)
    })"));
  EXPECT_EQ(graph.nodes.size(), 3u);
  const auto constant = [&](const char* name) {
    return ValueNamed(graph, name).constant;
  };
  EXPECT_EQ(constant("a")->dims, (Shape{2}));
  EXPECT_EQ(constant("b")->dims, Shape{});
  EXPECT_EQ(*static_cast<const float*>(constant("b")->data), 3.0f);
  EXPECT_EQ(static_cast<const float*>(constant("c")->data)[1], 5.0f);
  EXPECT_EQ(*static_cast<const int64_t*>(constant("d")->data), 6);
  EXPECT_EQ(constant("e")->dims, (Shape{3}));
  EXPECT_EQ(static_cast<const int64_t*>(constant("e")->data)[2], 9);
  EXPECT_EQ(constant("f")->type, DataType::kString);
  EXPECT_EQ(static_cast<const StringRef*>(constant("h")->data)[1], "u");
}

TEST(OnnxReaderTest, SparseConstantsAndInitializersBecomeDense) {
  onnx::ModelProto model =
      SmallModel("g (float[3] x) => (float[3] y) { y = Add(x, s) }");
  auto* sparse = model.mutable_graph()->add_sparse_initializer();
  sparse->add_dims(3);
  sparse->mutable_values()->set_name("s");
  sparse->mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
  sparse->mutable_values()->add_dims(1);
  sparse->mutable_values()->add_float_data(9);
  sparse->mutable_indices()->set_data_type(onnx::TensorProto::INT64);
  sparse->mutable_indices()->add_dims(1);
  sparse->mutable_indices()->add_int64_data(2);
  const onnx::SparseTensorProto copy = *sparse;
  const auto check = [](const Graph& graph) {
    const TensorPtr constant = ValueNamed(graph, "s").constant;
    ASSERT_NE(constant, nullptr);
    EXPECT_EQ(constant->dims, (Shape{3}));
    EXPECT_EQ(static_cast<const float*>(constant->data)[2], 9);
    EXPECT_EQ(static_cast<const float*>(constant->data)[0], 0);
  };
  check(MustRead(model));
  model.mutable_graph()->clear_sparse_initializer();
  onnx::NodeProto add = model.graph().node(0);
  auto* node = model.mutable_graph()->mutable_node(0);
  node->Clear();
  node->set_op_type("Constant");
  node->add_output("s");
  auto* attribute = node->add_attribute();
  attribute->set_name("sparse_value");
  attribute->set_type(onnx::AttributeProto::SPARSE_TENSOR);
  *attribute->mutable_sparse_tensor() = copy;
  *model.mutable_graph()->add_node() = add;
  check(MustRead(model));
}

TEST(OnnxReaderTest, ReadsEveryAttributeKind) {
  const Graph graph = MustRead(SmallModel(
      R"(g (float[1,1,4,4] x) => (float[1,1,2,2] y) {
      y = AveragePool<kernel_shape = [2, 2], strides = [2, 2],
                      auto_pad = "VALID", count_include_pad = 1>(x)
    })"));
  const AttrReader reader(graph.nodes[0]);
  EXPECT_EQ(reader.Ints("kernel_shape").size(), 2u);
  EXPECT_EQ(reader.String("auto_pad", ""), "VALID");
  EXPECT_EQ(reader.Int("count_include_pad", 0), 1);
}

constexpr const char* kIf = R"(g (bool c, float[2] x) => (float[2] y)
  <float[2] k = {1.0, 2.0}> {
    t = Add(x, k)
    y = If<then_branch = a () => (float[2] p) { p = Mul(t, k) },
           else_branch = b () => (float[2] q) { q = Neg(x) }>(c)
  })";

TEST(OnnxReaderTest, SubgraphsNameTheirCaptures) {
  const Graph graph = MustRead(SmallModel(kIf));
  ASSERT_EQ(graph.nodes.size(), 2u);
  const Attribute* branch = AttrReader(graph.nodes[1]).Find("then_branch");
  ASSERT_NE(branch, nullptr);
  const Graph& body = *branch->graph;
  ASSERT_EQ(body.captures.size(), 2u);
  const Value& t = body.value(body.captures[0]);
  EXPECT_EQ(t.name, "t");
  EXPECT_EQ(t.dims, (Shape{2}));
  EXPECT_NE(body.value(body.captures[1]).constant, nullptr);
  EXPECT_EQ(body.inputs.size(), 0u);
  EXPECT_EQ(ValueNamed(body, "p").dims, (Shape{2}));
  // The captured value counts as read.
  EXPECT_EQ(UseCounts(graph)[static_cast<size_t>(graph.nodes[0].outputs[0])],
            1);
}

TEST(OnnxReaderTest, InlinesFunctions) {
  const Graph graph = MustRead(ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "my" : 1]>
    g (float[2] x) => (float[2] y) { t = my.twice(x)  y = my.twice(t) }
    <domain: "my", opset_import: ["" : 17]>
    twice (a) => (b) { one = Constant<value_float = 1.0>()
                       s = Add(a, one)  b = Add(s, s) })"));
  EXPECT_EQ(graph.nodes.size(), 4u);
  for (const Node& node : graph.nodes) EXPECT_EQ(node.op_type, "Add");
  EXPECT_EQ(ValueNamed(graph, "y").dims, (Shape{2}));
}

TEST(OnnxReaderTest, InlinesFunctionsOfAnotherButCompatibleOpset) {
  const Graph graph = MustRead(ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "my" : 1]>
    g (float[2] x) => (float[2] y) { y = my.f(x) }
    <domain: "my", opset_import: ["" : 16]>
    f (a) => (b) { b = Neg(a) })"));
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].op_type, "Neg");
  EXPECT_EQ(graph.nodes[0].opset, 17);
}

TEST(OnnxReaderTest, MissingShapesCountAsUnknown) {
  onnx::ModelProto model = AddModel();
  for (auto& input : *model.mutable_graph()->mutable_input()) {
    input.mutable_type()->mutable_tensor_type()->clear_shape();
  }
  model.mutable_graph()->mutable_output(0)->clear_type();
  const Graph graph = MustRead(model);
  EXPECT_FALSE(ValueNamed(graph, "a").has_shape);
  EXPECT_EQ(ValueNamed(graph, "c").type, DataType::kFloat);
}

TEST(OnnxReaderTest, MinusOneIsAnUnknownDimension) {
  onnx::ModelProto model = AddModel();
  for (auto& input : *model.mutable_graph()->mutable_input()) {
    auto* shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
    shape->mutable_dim(0)->set_dim_value(-1);
  }
  EXPECT_EQ(ValueNamed(MustRead(model), "a").dims, (Shape{-1, 3}));
}

TEST(OnnxReaderTest, TheLongNameOfTheDefaultDomainIsTheShortOne) {
  onnx::ModelProto model = AddModel();
  model.mutable_opset_import(0)->set_domain("ai.onnx");
  model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx");
  const Graph graph = MustRead(model);
  EXPECT_EQ(graph.nodes[0].domain, "");
  EXPECT_EQ(graph.opsets.count(""), 1u);
}

TEST(OnnxReaderTest, OddAddressesDoNotMatter) {
  const std::string padded = "x" + AddModel().SerializeAsString();
  EXPECT_TRUE(ReadModel(AsBytes(padded).subspan(1), {}).ok());
}

TEST(OnnxReaderTest, ReadsOldModelsWithoutOperatorSets) {
  onnx::ModelProto model = AddModel();
  model.set_ir_version(1);
  model.clear_opset_import();
  auto* node = model.mutable_graph()->mutable_node(0);
  node->set_op_type("Relu");
  node->mutable_input()->RemoveLast();
  EXPECT_EQ(MustRead(model).nodes[0].opset, 1);
}

}  // namespace
}  // namespace onnxifi::graph
