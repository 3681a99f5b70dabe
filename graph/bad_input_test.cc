// Hostile bytes: every outcome is a status, in bounded time and memory.

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/str_cat.h"
#include "graph/limits.h"
#include "graph/onnx_reader.h"
#include "graph/test_model.h"
#include "graph/wire_reader.h"

namespace onnxifi::graph {
namespace {

// A small model with most features: subgraph, function, constants, weights.
std::string RichModel() {
  onnx::ModelProto model = ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "my" : 1]>
    g (bool c, float[2,N] x) => (float[2,M] y)
    <float[2,1] k = {1.0, 2.0}, int64[2] s = {2, -1}> {
      t = my.f<alpha = 0.5>(x)
      u = If<then_branch = a () => (float[2,N] p) { p = Mul(t, k) },
             else_branch = b () => (float[2,N] q) { q = Neg(x) }>(c)
      v = Constant<value = float[1] {3.0}>()
      w = Add(u, v)
      y = Reshape(w, s)
    }
    <domain: "my", opset_import: ["" : 17]>
    f<alpha>(a) => (b) { b = LeakyRelu<alpha : float = @alpha>(a) })");
  return model.SerializeAsString();
}

onnxStatus CodeOf(const std::string& bytes) {
  const Result<Graph> graph = ReadModel(AsBytes(bytes), {});
  if (!graph.ok()) {
    EXPECT_FALSE(graph.status().message().empty());
    EXPECT_NE(graph.status().code(), ONNXIFI_STATUS_INTERNAL_ERROR)
        << graph.status().message();
  }
  return graph.status().code();
}

TEST(BadInputTest, TheSeedModelIsGood) {
  const std::string bytes = RichModel();
  const Result<Graph> graph = ReadModel(AsBytes(bytes), {});
  EXPECT_TRUE(graph.ok()) << graph.status().message();
}

// Inference would look for the rest of them for ever.
TEST(BadInputTest, WhatIsNoEquationOfEinsum) {
  for (const char* equation : {"-\xcd", "-", ">", "a-b", "a->b->c", "i;j"}) {
    onnx::ModelProto model =
        SmallModel("g (float x) => (float y) { y = Einsum(x) }");
    onnx::AttributeProto* attribute =
        model.mutable_graph()->mutable_node(0)->add_attribute();
    attribute->set_name("equation");
    attribute->set_type(onnx::AttributeProto::STRING);
    attribute->set_s(equation);
    EXPECT_EQ(StatusOf(model).code(), ONNXIFI_STATUS_INVALID_MODEL) << equation;
  }
}

TEST(BadInputTest, TruncationAtEveryByte) {
  const std::string bytes = RichModel();
  size_t good = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    const onnxStatus code = CodeOf(bytes.substr(0, size));
    good += code == ONNXIFI_STATUS_SUCCESS ? 1 : 0;
  }
  // The last fields may be optional; a prefix that stops before the graph's
  // end never is a model.
  EXPECT_LT(good, 3u);
}

TEST(BadInputTest, RandomMutations) {
  const std::string seed = RichModel();
  std::mt19937 random(20181001);
  const auto below = [&](size_t limit) { return random() % limit; };
  size_t refused = 0;
  constexpr int kRounds = 6000;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = seed;
    const size_t changes = 1 + below(4);
    for (size_t i = 0; i < changes && !bytes.empty(); ++i) {
      const size_t at = below(bytes.size());
      switch (below(4)) {
        case 0:
          bytes[at] = static_cast<char>(below(256));
          break;
        case 1:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
          break;
        case 2:
          bytes.erase(at, 1 + below(8));
          break;
        default:
          bytes.insert(at, bytes.substr(below(bytes.size()), below(16)));
          break;
      }
    }
    refused += CodeOf(bytes) == ONNXIFI_STATUS_SUCCESS ? 0 : 1;
  }
  EXPECT_GT(refused, size_t{kRounds} / 2);
}

TEST(BadInputTest, RandomBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(1 + random() % 200, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_NE(CodeOf(bytes), ONNXIFI_STATUS_SUCCESS);
  }
}

// A ModelProto around the fields of a GraphProto.
std::string ModelAround(const std::string& graph) {
  std::string model;
  AppendVarintField(model, 1, 8);
  std::string import;
  AppendVarintField(import, 2, 17);
  AppendBytesField(model, 8, import);
  AppendBytesField(model, 7, graph);
  return model;
}

TEST(BadInputTest, DeepSubgraphs) {
  // Node -> attribute -> graph, ten thousand times.
  std::string graph;
  for (int depth = 0; depth < 10000; ++depth) {
    std::string attribute, node, outer;
    AppendBytesField(attribute, 6, graph);
    AppendBytesField(node, 5, attribute);
    AppendBytesField(outer, 1, node);
    graph = std::move(outer);
  }
  EXPECT_EQ(CodeOf(ModelAround(graph)), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(BadInputTest, DeepTypes) {
  // sequence(sequence(...)): protobuf's recursion limit.
  std::string type;
  for (int depth = 0; depth < 5000; ++depth) {
    std::string sequence, outer;
    AppendBytesField(sequence, 1, type);
    AppendBytesField(outer, 4, sequence);
    type = std::move(outer);
  }
  std::string value, graph;
  AppendBytesField(value, 1, "x");
  AppendBytesField(value, 2, type);
  AppendBytesField(graph, 11, value);
  EXPECT_EQ(CodeOf(ModelAround(graph)), ONNXIFI_STATUS_INVALID_PROTOBUF);
}

TEST(BadInputTest, GroupsAreRefused) {
  std::string groups;
  for (int i = 0; i < 100000; ++i) AppendVarint(groups, (99 << 3) | 3);
  EXPECT_EQ(CodeOf(groups), ONNXIFI_STATUS_INVALID_PROTOBUF);
}

TEST(BadInputTest, TooManyNodes) {
  std::string graph;
  graph.reserve(2 * (kMaxNodes + 1));
  for (int64_t i = 0; i <= kMaxNodes; ++i) AppendBytesField(graph, 1, "");
  const Result<Graph> read = ReadModel(AsBytes(ModelAround(graph)), {});
  EXPECT_EQ(read.status().code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(read.status().message().find("nodes"), std::string::npos);
}

TEST(BadInputTest, TwoGraphsAreNotMerged) {
  std::string model = AddModel().SerializeAsString();
  std::string graph = AddModel().graph().SerializeAsString();
  AppendBytesField(model, 7, graph);
  EXPECT_EQ(CodeOf(model), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(BadInputTest, ExponentialInlining) {
  // f_i calls f_(i-1) twice: 2^40 nodes.
  std::string text = R"(<ir_version: 8, opset_import: ["" : 17, "my" : 1]>
    g (float[2] x) => (float[2] y) { y = my.f40(x) }
    <domain: "my", opset_import: ["" : 17, "my" : 1]>
    f0 (a) => (b) { b = Neg(a) })";
  for (int i = 1; i <= 40; ++i) {
    text += StrCat("<domain: \"my\", opset_import: [\"\" : 17, \"my\" : 1]> f",
                   i, " (a) => (b) { t = my.f", i - 1, "(a)  b = my.f", i - 1,
                   "(t) }\n");
  }
  const Status status = StatusOf(ModelFromText(text.c_str()));
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(status.message().find("inlined"), std::string::npos)
      << status.message();
}

// A model whose function f_i wraps `body(i)`, called from the top.
std::string ChainOfFunctions(int count, const std::string& last_body,
                             const std::function<std::string(int)>& body) {
  constexpr const char* kHead =
      "<domain: \"my\", opset_import: [\"\" : 17, \"my\" : 1]> f";
  std::string text = StrCat(
      "<ir_version: 8, opset_import: [\"\" : 17, \"my\" : 1]>\n"
      "g (bool c, float[2] x) => (float[2] y) { y = my.f",
      count, "(c, x) }\n", kHead, "0 (c, a) => (b) { ", last_body, " }\n");
  for (int i = 1; i <= count; ++i) {
    text += StrCat(kHead, i, " (c, a) => (b) { ", body(i), " }\n");
  }
  return text;
}

TEST(BadInputTest, SubgraphsNestedThroughFunctions) {
  const auto wrap = [](int i) {
    return StrCat("b = If<then_branch = t () => (float[2] p) { p = my.f", i - 1,
                  "(c, a) }, else_branch = e () => (float[2] q) ",
                  "{ q = Neg(a) }>(c)");
  };
  EXPECT_TRUE(
      StatusOf(ModelFromText(ChainOfFunctions(20, "b = Neg(a)", wrap).c_str()))
          .ok());
  const Status status =
      StatusOf(ModelFromText(ChainOfFunctions(40, "b = Neg(a)", wrap).c_str()));
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(status.message().find("nested"), std::string::npos)
      << status.message();
}

TEST(BadInputTest, LargeAttributesMultipliedByCalls) {
  // 2^17 copies of a node with 4,000 numbers.
  const std::string numbers = [] {
    std::string list = "1";
    for (int i = 1; i < 4000; ++i) list += ", 1";
    return list;
  }();
  const std::string body =
      StrCat("k = Constant<value_ints = [", numbers, "]>()  b = Neg(a)");
  const Status status = StatusOf(ModelFromText(
      ChainOfFunctions(17, body, [](int i) {
        return StrCat("t = my.f", i - 1, "(c, a)  b = my.f", i - 1, "(c, t)");
      }).c_str()));
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(status.message().find("bytes"), std::string::npos)
      << status.message();
}

TEST(BadInputTest, MillionsOfEmptyDimensions) {
  std::string shape, tensor, type, value, graph;
  const std::string dimension("\x0a\0", 2);
  for (int64_t i = 0; i <= kMaxFields; ++i) shape += dimension;
  AppendBytesField(tensor, 2, shape);
  AppendBytesField(type, 1, tensor);
  AppendBytesField(value, 2, type);
  AppendBytesField(graph, 11, value);
  EXPECT_EQ(CodeOf(ModelAround(graph)), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST(BadInputTest, RecursionThroughASubgraph) {
  const Status status = StatusOf(ModelFromText(R"(
    <ir_version: 8, opset_import: ["" : 17, "my" : 1]>
    g (bool c, float[2] x) => (float[2] y) { y = my.f(c, x) }
    <domain: "my", opset_import: ["" : 17, "my" : 1]>
    f (c, a) => (b) {
      b = If<then_branch = t () => (float[2] p) { p = my.f(c, a) },
             else_branch = e () => (float[2] q) { q = Neg(a) }>(c) })"));
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL) << status.message();
}

TEST(BadInputTest, RanksFromLongShapeVectors) {
  // Old Expand's inference makes an object for each element.
  const Result<Graph> expand = ReadProto(
      SmallModel("g (float[1] x, int64[4000000000000] s) => (float y) "
                 "{ y = Expand(x, s) }",
                 8));
  const Result<Graph> reshape = ReadProto(SmallModel(
      "g (float[1] x, int64[1000000] s) => (float y) { y = Reshape(x, s) }"));
  for (const auto* read : {&expand, &reshape}) {
    if (!read->ok()) continue;
    EXPECT_LE(ValueNamed(read->value(), "y").dims.size(), kMaxRank);
  }
  const Result<Graph> initializer = ReadProto(SmallModel(StrCat(
      "g (float[1] x) => (float y) <int64[100] s = {",
      [] {
        std::string ones = "1";
        for (int i = 1; i < 100; ++i) ones += ", 1";
        return ones;
      }(),
      "}> { t = Reshape(x, s)  y = ReduceSum<keepdims = 0>(t) }")));
  EXPECT_EQ(initializer.status().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::graph
