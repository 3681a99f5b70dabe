#include "backends/common/fusion/elementwise.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "backends/common/fusion/passes.h"

namespace onnxifi {
namespace {

using graph::Graph;
using graph::Node;
using graph::Shape;
using graph::ValueId;
using Names = std::vector<std::string>;

// A graph under construction; values are known by their names.
class Maker {
 public:
  Maker& Input(const std::string& name, Shape dims) {
    graph.inputs.push_back(Value(name, std::move(dims)));
    return *this;
  }
  Maker& Constant(const std::string& name, Shape dims) {
    const ValueId id = Value(name, dims);
    graph.value(id).constant =
        graph::MakeTensor(graph::DataType::kFloat, dims)->tensor;
    return *this;
  }
  Maker& Op(const std::string& type, const Names& inputs,
            const std::string& output, Shape dims) {
    Node node;
    node.name = output;
    node.op_type = type;
    node.opset = 17;
    for (const std::string& name : inputs) node.inputs.push_back(ids.at(name));
    node.outputs = {Value(output, std::move(dims))};
    graph.nodes.push_back(std::move(node));
    return *this;
  }
  Maker& Output(const std::string& name) {
    graph.outputs.push_back(ids.at(name));
    return *this;
  }
  // A dimension of -1 gets the name, which may be "".
  Maker& Symbol(const std::string& name, const std::string& symbol) {
    graph.value(ids.at(name))
        .symbols.assign(graph.value(ids.at(name)).dims.size(), symbol);
    return *this;
  }

  // What is left, as "type(body nodes: outputs)" for groups.
  Names Fuse(ElementwisePolicy policy = {}) {
    policy.takes = [](const NodeView& node) {
      const std::string& type = node.node().op_type;
      return type == "Add" || type == "Mul" || type == "Exp" || type == "Cast";
    };
    GraphEditor editor(graph);
    FuseElementwise(editor, policy);
    editor.Finish();
    Names left;
    for (const Node& node : graph.nodes) left.push_back(Text(node));
    return left;
  }

  Graph graph;
  std::map<std::string, ValueId> ids;

 private:
  ValueId Value(const std::string& name, Shape dims) {
    graph::Value value;
    value.name = name;
    value.kind = graph::Value::Kind::kTensor;
    value.type = graph::DataType::kFloat;
    value.has_shape = true;
    value.symbols.assign(dims.size(), "");
    value.dims = std::move(dims);
    graph.values.push_back(std::move(value));
    return ids[name] = static_cast<ValueId>(graph.values.size() - 1);
  }
  std::string Text(const Node& node) const {
    const Graph* const body = ElementwiseBodyOf(node);
    if (body == nullptr) return node.op_type;
    std::string text = "(";
    for (const Node& inner : body->nodes) text += inner.name + " ";
    for (const ValueId id : node.outputs) text += ":" + graph.value(id).name;
    return text + ")";
  }
};

TEST(ElementwiseTest, AChainBecomesOneNodeThatKeepsItsBody) {
  Maker m;
  m.Input("x", {2, 3}).Input("z", {3});
  m.Op("Exp", {"x"}, "a", {2, 3}).Op("Mul", {"a", "z"}, "b", {2, 3});
  m.Op("Add", {"b", "x"}, "y", {2, 3}).Output("y");
  EXPECT_EQ(m.Fuse(), (Names{"(a b y :y)"}));
  const Node& node = m.graph.nodes[0];
  EXPECT_EQ(node.domain, kFusedDomain);
  EXPECT_EQ(node.op_type, kFusedElementwise);
  EXPECT_EQ(node.name, "y");
  EXPECT_EQ(node.inputs, (std::vector<ValueId>{m.ids["x"], m.ids["z"]}));
  const Graph& body = *ElementwiseBodyOf(node);
  ASSERT_EQ(body.inputs.size(), 2u);
  EXPECT_EQ(body.value(body.inputs[1]).name, "z");
  EXPECT_EQ(body.value(body.outputs[0]).name, "y");
  EXPECT_EQ(body.nodes[1].inputs,
            (std::vector<ValueId>{body.nodes[0].outputs[0], body.inputs[1]}));
  EXPECT_TRUE(body.captures.empty());
}

TEST(ElementwiseTest, WhatOthersReadIsAnOutput) {
  Maker m;
  m.Input("x", {4}).Op("Exp", {"x"}, "a", {4}).Op("Exp", {"a"}, "b", {4});
  m.Op("Softmax", {"a"}, "s", {4}).Output("b").Output("s").Output("a");
  EXPECT_EQ(m.Fuse(), (Names{"(a b :a:b)", "Softmax"}));
  ElementwisePolicy one;
  one.most_outputs = 1;
  Maker n;
  n.Input("x", {4}).Op("Exp", {"x"}, "a", {4}).Op("Exp", {"a"}, "b", {4});
  n.Output("a").Output("b");
  EXPECT_EQ(n.Fuse(one), (Names{"Exp", "Exp"}));
}

TEST(ElementwiseTest, NoPathLeavesAGroupAndComesBack) {
  Maker m;
  m.Input("x", {4}).Op("Exp", {"x"}, "a", {4});
  m.Op("Softmax", {"a"}, "s", {4}).Op("Add", {"a", "s"}, "y", {4}).Output("y");
  EXPECT_EQ(m.Fuse(), (Names{"Exp", "Softmax", "Add"}));
}

TEST(ElementwiseTest, OtherOperatorsStandBetweenGroups) {
  Maker m;
  m.Input("x", {4}).Op("Exp", {"x"}, "a", {4}).Op("Exp", {"a"}, "b", {4});
  m.Op("Softmax", {"b"}, "s", {4});
  m.Op("Exp", {"s"}, "c", {4}).Op("Add", {"c", "b"}, "y", {4}).Output("y");
  EXPECT_EQ(m.Fuse(), (Names{"(a b :b)", "Softmax", "(c y :y)"}));
}

TEST(ElementwiseTest, BranchesMeetInOneGroup) {
  Maker m;
  m.Input("x", {4}).Op("Exp", {"x"}, "a", {4}).Op("Exp", {"x"}, "b", {4});
  m.Op("Mul", {"a", "b"}, "c", {4}).Op("Add", {"a", "c"}, "y", {4});
  m.Output("y");
  EXPECT_EQ(m.Fuse(), (Names{"(a b c y :y)"}));
}

TEST(ElementwiseTest, SmallShapesJoinWhenTheyCostLittle) {
  Maker m;
  m.Input("x", {4, 9}).Input("r", {4, 1});
  m.Op("Add", {"r", "r"}, "a", {4, 1}).Op("Mul", {"x", "a"}, "y", {4, 9});
  m.Output("y");
  EXPECT_EQ(m.Fuse(), (Names{"(a y :y)"}));
  Maker costly;
  costly.Input("x", {4, 9}).Input("r", {4, 1}).Op("Exp", {"r"}, "a", {4, 1});
  costly.Op("Mul", {"x", "a"}, "y", {4, 9}).Output("y");
  EXPECT_EQ(costly.Fuse(), (Names{"Exp", "Mul"}));
  Maker read;
  read.Input("x", {4, 9}).Input("r", {4, 1});
  read.Op("Add", {"r", "r"}, "a", {4, 1}).Op("Mul", {"x", "a"}, "y", {4, 9});
  read.Output("y").Output("a");
  EXPECT_EQ(read.Fuse(), (Names{"Add", "Mul"}));
}

TEST(ElementwiseTest, UnknownShapesFollowFromOperands) {
  Maker m;
  m.Input("x", {-1}).Constant("c", {});
  m.Op("Exp", {"x"}, "a", {-1}).Op("Mul", {"a", "c"}, "b", {-1});
  m.Op("Exp", {"b"}, "y", {-1}).Output("y").Output("a");
  EXPECT_EQ(m.Fuse(), (Names{"(a b y :a:y)"}));
  Maker named;
  named.Input("x", {-1}).Input("z", {-1});
  named.Op("Exp", {"x"}, "a", {-1}).Op("Add", {"a", "z"}, "y", {-1});
  named.Output("y").Output("a");
  for (const char* name : {"x", "a", "y"}) named.Symbol(name, "n");
  EXPECT_EQ(named.Fuse(), (Names{"(a y :a:y)"}));
}

TEST(ElementwiseTest, WhatPlansKnowStays) {
  Maker m;
  m.Input("x", {2, 3}).Op("Shape", {"x"}, "s", {2}).Op("Cast", {"s"}, "a", {2});
  m.Op("Mul", {"a", "a"}, "d", {2}).Op("Reshape", {"x", "d"}, "y", {-1, -1});
  m.Output("y");
  EXPECT_EQ(m.Fuse(), (Names{"Shape", "Cast", "Mul", "Reshape"}));
}

TEST(ElementwiseTest, GroupsAreBounded) {
  const auto chain = [] {
    Maker m;
    m.Input("x0", {4});
    for (int i = 0; i < 6; ++i) {
      const std::string n = std::to_string(i);
      m.Input("z" + n, {4});
      m.Op("Add", {"x" + n, "z" + n}, "x" + std::to_string(i + 1), {4});
    }
    m.Output("x6");
    return m;
  };
  ElementwisePolicy policy;
  policy.most_nodes = 4;
  EXPECT_EQ(chain().Fuse(policy), (Names{"(x1 x2 x3 x4 :x4)", "(x5 x6 :x6)"}));
  policy.most_nodes = 40;
  policy.most_inputs = 3;
  EXPECT_EQ(chain().Fuse(policy),
            (Names{"(x1 x2 :x2)", "(x3 x4 :x4)", "(x5 x6 :x6)"}));
}

}  // namespace
}  // namespace onnxifi
