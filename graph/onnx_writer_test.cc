#include "graph/onnx_writer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

// Reads, writes and reads again; the bytes of both writings must agree.
Graph RoundTrip(const onnx::ModelProto& model, std::string* bytes) {
  const Result<Graph> first = ReadProto(model);
  EXPECT_TRUE(first.ok()) << first.status().message();
  const Result<std::string> written = WriteModel(first.value());
  EXPECT_TRUE(written.ok()) << written.status().message();
  *bytes = written.value();
  Result<Graph> second = ReadModel(AsBytes(*bytes), {});
  EXPECT_TRUE(second.ok()) << second.status().message();
  EXPECT_EQ(WriteModel(second.value()).value(), *bytes);
  EXPECT_EQ(second->nodes.size(), first->nodes.size());
  EXPECT_EQ(second->values.size(), first->values.size());
  return *std::move(second);
}

TEST(OnnxWriterTest, KeepsNodesTypesAndConstants) {
  std::string bytes;
  const Graph graph = RoundTrip(SmallModel(R"(g (float[N,4] x) => (float[N,4] y)
    <float[4] k = {1.0, 2.0, 3.0, 4.0}, float most = {6.0}> {
      t = Add(x, k)
      v = LeakyRelu<alpha = 0.25>(t)
      y = Clip(v, , most)
    })"),
                                &bytes);
  EXPECT_EQ(AttrReader(graph.nodes[1]).Float("alpha", 0), 0.25f);
  EXPECT_EQ(graph.nodes[2].inputs[1], kNoValue);
  const Value& t = ValueNamed(graph, "t");
  EXPECT_EQ(t.dims, (Shape{-1, 4}));
  EXPECT_EQ(t.symbols[0], "N");
  const TensorPtr k = ValueNamed(graph, "k").constant;
  ASSERT_NE(k, nullptr);
  float last = 0;  // constants may lie at any address
  std::memcpy(&last, static_cast<const char*>(k->data) + 12, sizeof(last));
  EXPECT_EQ(last, 4.0f);
  EXPECT_EQ(graph.inputs.size(), 1u);
}

TEST(OnnxWriterTest, KeepsSubgraphs) {
  std::string bytes;
  const Graph graph = RoundTrip(SmallModel(R"(g (bool c, float[2] x)
    => (float[2] y) <float[2] k = {1.0, 2.0}> {
      y = If<then_branch = a () => (float[2] p) { p = Mul(x, k) },
             else_branch = b () => (float[2] q) { q = Neg(x) }>(c)
    })"),
                                &bytes);
  const Attribute* branch = AttrReader(graph.nodes[0]).Find("then_branch");
  ASSERT_NE(branch, nullptr);
  EXPECT_EQ(branch->graph->captures.size(), 2u);
}

TEST(OnnxWriterTest, KeepsTypesOfOtherKinds) {
  std::string bytes;
  const Graph graph = RoundTrip(
      SmallModel("g (seq(float[2]) x, int64 i, optional(seq(int8)) o) => "
                 "(float[2] y, seq(int8) z) "
                 "{ y = SequenceAt(x, i) z = OptionalGetElement(o) }"),
      &bytes);
  EXPECT_EQ(ValueNamed(graph, "x").kind, Value::Kind::kSequence);
  const Value& optional = ValueNamed(graph, "o");
  ASSERT_NE(optional.whole_type, nullptr);
  ASSERT_EQ(optional.whole_type->elements.size(), 1u);
  EXPECT_EQ(optional.whole_type->elements[0].kind, Value::Kind::kSequence);
}

TEST(OnnxWriterTest, KeepsAttributesThatTheIrDoesNotRead) {
  onnx::ModelProto model =
      SmallModel("g () => (optional(float[2]) y) { y = Optional() }");
  onnx::AttributeProto* type =
      model.mutable_graph()->mutable_node(0)->add_attribute();
  type->set_name("type");
  type->set_type(onnx::AttributeProto::TYPE_PROTO);
  auto* tensor = type->mutable_tp()->mutable_tensor_type();
  tensor->set_elem_type(onnx::TensorProto::FLOAT);
  tensor->mutable_shape()->add_dim()->set_dim_value(2);
  std::string bytes;
  const Graph graph = RoundTrip(model, &bytes);
  EXPECT_TRUE(AttrReader(graph.nodes[0]).Has("type"));
  EXPECT_EQ(ValueNamed(graph, "y").kind, Value::Kind::kOptional);
}

TEST(OnnxWriterTest, LargeConstantsStayOutsideWhenAsked) {
  const Result<Graph> read = ReadProto(SmallModel(
      R"(g (float[300] x) => (float[300] y)
      <float[300] w = {)" +
      std::string([] {
        std::string numbers = "0.0";
        for (int i = 1; i < 300; ++i) numbers += ", 1.0";
        return numbers;
      }()) +
      R"(}, float k = {2.0}> {
        t = Add(x, w)
        y = Mul(t, k)
      })"));
  ASSERT_TRUE(read.ok()) << read.status().message();
  const Result<SplitModel> split = WriteSplitModel(*read);
  ASSERT_TRUE(split.ok()) << split.status().message();
  ASSERT_EQ(split->weights.size(), 1u);
  EXPECT_EQ(split->weights[0].name, "w");
  EXPECT_EQ(split->weights[0].tensor, ValueNamed(*read, "w").constant);
  EXPECT_EQ(split->constant_nodes, 1u);
  EXPECT_LT(split->model.size(), 600u);
  ReadOptions options;
  options.weights = split->weights;
  const Result<Graph> again = ReadModel(AsBytes(split->model), options);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->inputs.size(), 1u);
  EXPECT_EQ(again->nodes.size(), 2u);
  ASSERT_NE(ValueNamed(*again, "w").constant, nullptr);
  EXPECT_EQ(ValueNamed(*again, "w").constant->bytes, 1200u);
  ASSERT_NE(ValueNamed(*again, "k").constant, nullptr);
}

TEST(OnnxWriterTest, ASplitModelWithoutLargeConstantsIsTheModel) {
  const Result<Graph> read = ReadProto(AddModel());
  ASSERT_TRUE(read.ok()) << read.status().message();
  const Result<SplitModel> split = WriteSplitModel(*read);
  ASSERT_TRUE(split.ok()) << split.status().message();
  EXPECT_TRUE(split->weights.empty());
  EXPECT_EQ(split->model, WriteModel(*read).value());
}

}  // namespace
}  // namespace onnxifi::graph
