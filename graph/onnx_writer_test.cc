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

TEST(OnnxWriterTest, RefusesInputsWhoseTypeTheIrLacks) {
  const Result<Graph> graph =
      ReadProto(SmallModel("g (seq(float[2]) x, int64 i) => (float[2] y) "
                           "{ y = SequenceAt(x, i) }"));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(WriteModel(*graph).status().code(),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

}  // namespace
}  // namespace onnxifi::graph
