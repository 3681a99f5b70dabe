#include "conformance/cases/rename_model.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "conformance/cases/model_fixture.h"

namespace onnxifi::conformance {
namespace {

using namespace onnx_field;

// One node of each kind: with a body, with an omitted input; a weight; a
// function.
std::string Sample() {
  WireMessage body;
  body.Add(kGraphName, "body_graph");
  body.Add(kGraphNode,
           MakeNode("Add", {"outer_x", "weight_w"}, {"body_y"}).Serialize());
  body.Add(kGraphOutput, MakeValue("body_y", 1, {2}));
  WireMessage attribute;
  attribute.Add(kAttributeName, "then_branch");
  attribute.Add(kAttributeGraph, body.Serialize());
  WireMessage node = MakeNode("If", {"outer_x", ""}, {"outer_y"});
  node.Add(kNodeAttribute, attribute.Serialize());
  WireMessage weight;
  weight.SetNumber(kTensorType, 1);
  weight.Add(kTensorName, "weight_w");
  weight.Add(9, "rawbytes");
  WireMessage graph;
  graph.Add(kGraphName, "outer_graph");
  graph.Add(kGraphNode, node.Serialize());
  graph.Add(kGraphInitializer, weight.Serialize());
  graph.Add(kGraphInput, MakeValue("outer_x", 1, {-1}));
  graph.Add(kGraphOutput, MakeValue("outer_y", 1, {-1}));
  WireMessage function;
  function.Add(kFunctionName, "Twice");
  function.Add(kFunctionInput, "fn_a");
  function.Add(kFunctionOutput, "fn_b");
  function.Add(kFunctionNode,
               MakeNode("Add", {"fn_a", "fn_a"}, {"fn_b"}).Serialize());
  WireMessage model = WireMessage::Parse(MakeModel(graph)).value();
  model.Add(kModelFunction, function.Serialize());
  return model.Serialize();
}

std::string Renamed(uint64_t seed) {
  const Result<std::string> made = RenameModel(Sample(), seed);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return made.ok() ? *made : "";
}

WireMessage Part(std::string_view bytes, uint32_t number) {
  return WireMessage::Parse(WireMessage::Parse(bytes).value().Text(number))
      .value();
}

TEST(RenameModelTest, NoNameIsLeft) {
  const std::string made = Renamed(1);
  for (const char* name :
       {"outer_x", "outer_y", "outer_graph", "body_graph", "body_y", "weight_w",
        "fn_a", "fn_b", "If_node", "Add_node", "somebody"}) {
    ASSERT_NE(Sample().find(name), std::string::npos) << name;
    EXPECT_EQ(made.find(name), std::string::npos) << name;
  }
}

TEST(RenameModelTest, EverythingElseStays) {
  const std::string made = Renamed(1);
  for (const char* text : {"If", "Add", "then_branch", "Twice", "rawbytes"}) {
    EXPECT_NE(made.find(text), std::string::npos) << text;
  }
  const WireMessage old_graph = Part(Sample(), kModelGraph);
  const WireMessage graph = Part(made, kModelGraph);
  ASSERT_EQ(graph.fields.size(), old_graph.fields.size());
  for (size_t i = 0; i < graph.fields.size(); ++i) {
    EXPECT_EQ(graph.fields[i].number, old_graph.fields[i].number) << i;
  }
  // The dimension's name, and so its meaning, is as before.
  const WireMessage input = WireMessage::Parse(graph.Text(kGraphInput)).value();
  EXPECT_EQ(
      input.Text(kValueType),
      WireMessage::Parse(old_graph.Text(kGraphInput)).value().Text(kValueType));
}

TEST(RenameModelTest, OneNameStaysOneNameAndOmittedOnesStayOmitted) {
  const WireMessage graph = Part(Renamed(1), kModelGraph);
  const std::string input(
      WireMessage::Parse(graph.Text(kGraphInput)).value().Text(kValueName));
  const std::string weight(WireMessage::Parse(graph.Text(kGraphInitializer))
                               .value()
                               .Text(kTensorName));
  const WireMessage node = WireMessage::Parse(graph.Text(kGraphNode)).value();
  std::vector<std::string> inputs;
  for (const WireMessage::Field& field : node.fields) {
    if (field.number == kNodeInput) inputs.push_back(field.bytes);
  }
  EXPECT_EQ(inputs, (std::vector<std::string>{input, ""}));
  const WireMessage attribute =
      WireMessage::Parse(node.Text(kNodeAttribute)).value();
  const WireMessage body =
      WireMessage::Parse(attribute.Text(kAttributeGraph)).value();
  const WireMessage inner = WireMessage::Parse(body.Text(kGraphNode)).value();
  inputs.clear();
  for (const WireMessage::Field& field : inner.fields) {
    if (field.number == kNodeInput) inputs.push_back(field.bytes);
  }
  EXPECT_EQ(inputs, (std::vector<std::string>{input, weight}));
}

TEST(RenameModelTest, SeedsGiveDifferentNames) {
  EXPECT_EQ(Renamed(1), Renamed(1));
  EXPECT_NE(Renamed(1), Renamed(2));
}

TEST(RenameModelTest, DamagedModelIsRefused) {
  const std::string model = Sample();
  EXPECT_FALSE(RenameModel(model.substr(0, model.size() - 1), 1).ok());
}

}  // namespace
}  // namespace onnxifi::conformance
