#include "partitioner/node_model.h"

#include <gtest/gtest.h>

#include "graph/test_model.h"

namespace onnxifi::partitioner {
namespace {

// The keys of the nodes of a graph in ONNX's text form.
std::vector<std::string> Keys(const char* text, int opset = 17) {
  const Result<graph::Graph> graph =
      graph::ReadProto(graph::SmallModel(text, opset));
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return graph.ok() ? NodeKeys(*graph) : std::vector<std::string>();
}

TEST(NodeModelTest, EqualNodesHaveEqualKeys) {
  const auto keys = Keys(R"(g (float[4,4] x) => (float[4,4] y)
    <float[4] v = {1.0, 2.0, 3.0, 4.0}, float[4] w = {9.0, 8.0, 7.0, 6.0}> {
      a = Add(x, v)
      b = Add(a, w)
      c = Add(b, b)
      y = Add(c, x)
    })");
  ASSERT_EQ(keys.size(), 4u);
  EXPECT_TRUE(keys[0].starts_with("Add ")) << keys[0];
  EXPECT_TRUE(IsNodeKey(keys[0]));
  EXPECT_EQ(keys[0], keys[1]);  // values of weights do not matter
  EXPECT_NE(keys[0], keys[2]);  // one tensor read twice is less to read
  EXPECT_NE(keys[2], keys[3]);
  // The same in another model and another process.
  EXPECT_EQ(keys, Keys(R"(other (float[4,4] p) => (float[4,4] q)
    <float[4] v2 = {0.0, 0.0, 0.0, 0.0}, float[4] w2 = {5.0, 8.0, 7.0, 6.0}> {
      a2 = Add(p, v2)
      b2 = Add(a2, w2)
      c2 = Add(b2, b2)
      q = Add(c2, p)
    })"));
  EXPECT_EQ(HashText(""), "cbf29ce484222325");
  EXPECT_EQ(HashText("a"), "af63dc4c8601ec8c");
}

TEST(NodeModelTest, WhatChangesTheTimeChangesTheKey) {
  const auto key = [](const char* text, int opset = 17) {
    return Keys(text, opset).front();
  };
  const std::string base =
      key("g (float[4,4] x) => (float[4,4] y) { y = Softmax<axis=1>(x) }");
  EXPECT_NE(base, key("g (float[4,4] x) => (float[4,4] y) "
                      "{ y = Softmax<axis=0>(x) }"));
  EXPECT_NE(base, key("g (float[4,8] x) => (float[4,8] y) "
                      "{ y = Softmax<axis=1>(x) }"));
  EXPECT_NE(base, key("g (float16[4,4] x) => (float16[4,4] y) "
                      "{ y = Softmax<axis=1>(x) }"));
  EXPECT_NE(base, key("g (float[4,4] x) => (float[4,4] y) "
                      "{ y = Softmax<axis=1>(x) }",
                      11));
  // Axes are whole numbers whose values matter.
  EXPECT_NE(key("g (float[4,4] x) => (float[4] y) <int64[1] a = {0}> "
                "{ y = ReduceSum<keepdims=0>(x, a) }"),
            key("g (float[4,4] x) => (float[4] y) <int64[1] a = {1}> "
                "{ y = ReduceSum<keepdims=0>(x, a) }"));
  // What comes at run time is no weight.
  EXPECT_NE(key("g (float[4] x, float[4] w) => (float[4] y) "
                "{ y = Add(x, w) }"),
            key("g (float[4] x) => (float[4] y) "
                "<float[4] w = {1.0, 2.0, 3.0, 4.0}> { y = Add(x, w) }"));
}

TEST(NodeModelTest, SomeNodesCannotBeMeasured) {
  for (const char* text :
       {"g (float[N] x) => (float[N] y) { y = Relu(x) }",
        "g (float[4] x) => (int64[1,M] y) { y = NonZero(x) }",
        "g (float[0] x) => (float[0] y) { y = Relu(x) }",
        "g (float[16384,32768] x) => (float[16384,32768] y) "
        "{ y = Relu(x) }",
        R"(g (bool c, float[2] x) => (float[2] y) {
             y = If(c) <then_branch = t () => (float[2] a) { a = Neg(x) },
                        else_branch = e () => (float[2] b) { b = Abs(x) }>
           })"}) {
    EXPECT_EQ(Keys(text).front(), "") << text;
  }
}

TEST(NodeModelTest, KnowsAKey) {
  EXPECT_TRUE(IsNodeKey("A 0123456789abcdef"));
  for (const std::string text :
       {"", "A", " 0123456789abcdef", "A0123456789abcdef", "A 0123456789abcdeF",
        "A B 0123456789abcdef", "A\t0123456789abcdef"}) {
    EXPECT_FALSE(IsNodeKey(text)) << text;
  }
  EXPECT_FALSE(IsNodeKey(std::string(112, 'A') + " 0123456789abcdef"));
}

}  // namespace
}  // namespace onnxifi::partitioner
