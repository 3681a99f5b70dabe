#include "conformance/cases/model_facts.h"

#include <gtest/gtest.h>

#include "conformance/cases/model_fixture.h"

namespace onnxifi::conformance {
namespace {

using namespace onnx_field;

constexpr int32_t kFloat = 1;
constexpr int32_t kUint8 = 2;
constexpr int32_t kInt64 = 7;
constexpr int32_t kFloat16 = 10;

Result<ModelFacts> Facts(const std::string& model) {
  return ReadModelFacts(std::as_bytes(std::span(model)));
}

std::string AttributeOfGraph(const WireMessage& graph) {
  WireMessage attribute;
  attribute.Add(kAttributeName, "body");
  attribute.Add(kAttributeGraph, graph.Serialize());
  return attribute.Serialize();
}

std::string AttributeOfNumber(std::string_view name, uint64_t value) {
  WireMessage attribute;
  attribute.Add(kAttributeName, name);
  attribute.SetNumber(kAttributeInt, value);
  return attribute.Serialize();
}

WireMessage Simple(const WireMessage& node, int32_t type,
                   const std::vector<int64_t>& dims = {2}) {
  WireMessage graph;
  graph.Add(kGraphName, "g");
  graph.Add(kGraphNode, node.Serialize());
  graph.Add(kGraphInput, MakeValue("x", type, dims));
  graph.Add(kGraphOutput, MakeValue("y", type, dims));
  return graph;
}

TEST(ModelFactsTest, OperatorsTypesAndVersions) {
  WireMessage graph = Simple(MakeNode("Relu", {"x"}, {"y"}), kFloat);
  WireMessage weight;
  weight.SetNumber(kTensorType, kInt64);
  graph.Add(kGraphInitializer, weight.Serialize());
  const Result<ModelFacts> facts = Facts(MakeModel(graph));
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->operators, std::set<std::string>{"Relu"});
  EXPECT_EQ(facts->types, (std::set<int32_t>{kFloat, kInt64}));
  EXPECT_EQ(facts->opsets, (std::map<std::string, int64_t>{{"ai.onnx", 13}}));
  EXPECT_EQ(facts->ir_version, 8);
  EXPECT_FALSE(facts->open_shape);
  EXPECT_EQ(ProfileOf(*facts), Profile::kCore);
}

TEST(ModelFactsTest, BodiesAndTypesInAttributesCount) {
  WireMessage cast = MakeNode("Cast", {"a"}, {"b"});
  cast.Add(kNodeAttribute, AttributeOfNumber("to", kUint8));
  cast.Add(kNodeAttribute, AttributeOfNumber("saturate", 5));
  WireMessage body;
  body.Add(kGraphNode, cast.Serialize());
  WireMessage loop = MakeNode("Loop", {"x"}, {"y"});
  loop.Add(kNodeAttribute, AttributeOfGraph(body));
  const Result<ModelFacts> facts = Facts(MakeModel(Simple(loop, kFloat)));
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->operators, (std::set<std::string>{"Loop", "Cast"}));
  EXPECT_EQ(facts->types, (std::set<int32_t>{kFloat, kUint8}));
}

TEST(ModelFactsTest, CallsOfOwnFunctionsAreNoOperators) {
  WireMessage function;
  function.Add(kFunctionName, "Twice");
  function.Add(kFunctionDomain, "mine");
  function.Add(kFunctionNode, MakeNode("Add", {"a", "a"}, {"b"}).Serialize());
  Result<WireMessage> model = WireMessage::Parse(
      MakeModel(Simple(MakeNode("Twice", {"x"}, {"y"}, "mine"), kFloat)));
  ASSERT_TRUE(model.ok());
  Result<ModelFacts> facts = Facts(model->Serialize());
  EXPECT_EQ(facts->operators, std::set<std::string>{"mine:Twice"});
  model->Add(kModelFunction, function.Serialize());
  facts = Facts(model->Serialize());
  ASSERT_TRUE(facts.ok()) << facts.status().message();
  EXPECT_EQ(facts->operators, std::set<std::string>{"Add"});
}

TEST(ModelFactsTest, BodiesWithoutEndAreRefused) {
  WireMessage body;
  for (int depth = 0; depth < 40; ++depth) {
    WireMessage node = MakeNode("If", {"x"}, {"y"});
    node.Add(kNodeAttribute, AttributeOfGraph(body));
    body = WireMessage();
    body.Add(kGraphNode, node.Serialize());
  }
  const Result<ModelFacts> facts = Facts(MakeModel(body));
  ASSERT_FALSE(facts.ok());
  EXPECT_NE(facts.status().message().find("too deep"), std::string::npos);
}

TEST(ModelFactsTest, Profiles) {
  const auto profile = [](const char* op, int32_t type,
                          const std::vector<int64_t>& dims) {
    return ProfileOf(
        Facts(MakeModel(Simple(MakeNode(op, {"x"}, {"y"}), type, dims)))
            .value());
  };
  EXPECT_EQ(profile("Relu", kFloat, {2}), Profile::kCore);
  EXPECT_EQ(profile("Relu", kFloat, {-1}), Profile::kDynamic);
  EXPECT_EQ(profile("Relu", kFloat16, {-1}), Profile::kFp16);
  EXPECT_EQ(profile("QLinearConv", kUint8, {2}), Profile::kQuantised);
  EXPECT_EQ(profile("DequantizeLinear", kUint8, {-1}), Profile::kQuantised);
  EXPECT_EQ(profile("Cast", 17, {2}), Profile::kQuantised);  // FLOAT8E4M3FN
}

TEST(ModelFactsTest, CoversOpsetsOfEveryDomain) {
  ModelFacts facts;
  facts.opsets = {{"ai.onnx", 13}, {"ai.onnx.ml", 3}};
  EXPECT_TRUE(CoversOpsets("ai.onnx:13 ai.onnx.ml:3", facts));
  EXPECT_TRUE(CoversOpsets("ai.onnx.ml:5 ai.onnx:20", facts));
  EXPECT_FALSE(CoversOpsets("ai.onnx:12 ai.onnx.ml:3", facts));
  EXPECT_FALSE(CoversOpsets("ai.onnx:13", facts));
  EXPECT_FALSE(CoversOpsets("ai.onnx:13 ai.onnx.ml", facts));
  EXPECT_FALSE(CoversOpsets("", facts));
}

}  // namespace
}  // namespace onnxifi::conformance
