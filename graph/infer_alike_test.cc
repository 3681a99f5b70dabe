// What is asked once about nodes that are alike is what ONNX says of each.
#include "graph/infer_alike.h"

#include <gtest/gtest.h>
#include <onnx/shape_inference/implementation.h>

#include <map>
#include <string>

#include "graph/check_alike.h"
#include "graph/op_schemas.h"
#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

using Texts = std::map<std::string, std::string>;

onnx::ModelProto Model(const std::string& graph_text) {
  const std::string text =
      "<ir_version: 8, opset_import: [\"\" : 17]>\n" + graph_text;
  return ModelFromText(text.c_str());
}

// Types by name, as ONNX finds them.
Texts FromOnnx(onnx::ModelProto model) {
  onnx::shape_inference::InferShapes(
      model, LazySchemas(),
      onnx::ShapeInferenceOptions(/*check_type=*/true, /*strict_mode=*/1,
                                  /*data_prop=*/false));
  Texts texts;
  for (const auto* list : {&model.graph().value_info(), &model.graph().input(),
                           &model.graph().output()}) {
    for (const auto& value : *list) {
      if (value.has_type()) texts[value.name()] = value.type().DebugString();
    }
  }
  return texts;
}

bool Infer(const onnx::ModelProto& model, Texts* texts) {
  const NodeKinds kinds(model.graph());
  google::protobuf::Arena arena;
  ValueTypes types;
  if (!InferAlike(model, {}, kinds, *LazySchemas(), &arena, &types)) {
    return false;
  }
  for (const auto& entry : types.entries()) {
    (*texts)[std::string(entry.name)] = entry.value->DebugString();
  }
  for (const auto& tensor : model.graph().initializer()) {
    texts->erase(tensor.name());
  }
  return true;
}

void ExpectSame(const std::string& graph_text) {
  const onnx::ModelProto model = Model(graph_text);
  Texts texts;
  ASSERT_TRUE(Infer(model, &texts)) << graph_text;
  EXPECT_EQ(texts, FromOnnx(model)) << graph_text;
}

TEST(InferAlikeTest, TypesAndShapesFollowTheInputs) {
  ExpectSame(R"(g (float[2,3] a, float16[2,3] b, float[N,M] c) => (x, y, z, v) {
    x = Relu(a) y = Relu(b) z = Relu(c) u = Relu(x) v = Transpose(u)
  })");
}

TEST(InferAlikeTest, AttributesTellNodesApart) {
  ExpectSame(R"(g (float[2,3,4] a) => (x, y, z, v, w) {
    x = Transpose<perm = [0,2,1]>(a) y = Transpose<perm = [2,1,0]>(a)
    z = Transpose<perm = [0,2,1]>(a) v = Cast<to = 7>(a) w = Cast<to = 10>(a)
  })");
}

// Nodes of one kind and equal types, whose results follow from data.
TEST(InferAlikeTest, DataTellsNodesApart) {
  ExpectSame(R"(g (float[2,6] a, int64[2] r) => (x, y, z, v, w, u)
    <int64[2] s = {3,4}, int64[2] t = {4,3}> {
    x = Reshape(a, s) y = Reshape(a, t) z = Reshape(a, s) v = Reshape(a, r)
    k = Constant<value_ints = [12,1]>() w = Reshape(a, k)
    l = Constant<value = int64[2] {1,12}>() u = Reshape(a, l)
  })");
}

TEST(InferAlikeTest, OmittedInputsAndOutputsTellNodesApart) {
  ExpectSame(R"(g (float[4] a, float m) => (x, y, z) {
    x = Clip(a, m) y = Clip(a, "", m) z = Clip(a)
  })");
}

TEST(InferAlikeTest, UnknownDimensionsGetSymbolsOfTheirOwn) {
  ExpectSame(R"(g (float[4] a, float[4] b) => (x, y, z, u) {
    x = NonZero(a) y = NonZero(b) z = NonZero(a) u = Transpose(x)
  })");
}

TEST(InferAlikeTest, DeclaredTypesAreMerged) {
  ExpectSame(R"(g (float[2,N] a, float[P,3] b) => (float[K,L] y) {
    x = Relu(a) y = Add(x, b)
  })");
  onnx::ModelProto model =
      Model("g (float[N] a) => (y) { x = Relu(a) y = Relu(x) }");
  auto* info = model.mutable_graph()->add_value_info();
  info->set_name("x");
  info->mutable_type()->mutable_tensor_type()->set_elem_type(1);
  Texts texts;
  ASSERT_TRUE(Infer(model, &texts));
  EXPECT_EQ(texts, FromOnnx(model));
}

TEST(InferAlikeTest, SequencesAndOptionals) {
  ExpectSame(R"(g (float[2] a, float[N] b) => (s, t, u, v) {
    s = SequenceConstruct(a, a) t = SequenceConstruct(b, a)
    u = Optional(a) v = SplitToSequence(a)
  })");
}

TEST(InferAlikeTest, WhatIsNotPlainIsLeftToOnnx) {
  Texts texts;
  // A body.
  EXPECT_FALSE(Infer(Model(R"(g (float[2] a, bool c) => (y) {
    y = If (c) <then_branch = t () => (p) { p = Relu(a) },
                else_branch = e () => (q) { q = Neg(a) }>
  })"),
                     &texts));
  // A contradiction, also behind a node of the same kind.
  EXPECT_FALSE(Infer(Model("g (float[2] a, float[3] b) => (y, z) {"
                           " y = Add(a, a) z = Add(a, b) }"),
                     &texts));
  EXPECT_FALSE(
      Infer(Model("g (float[2] a) => (float[3] y) { y = Relu(a) }"), &texts));
  EXPECT_FALSE(Infer(Model("g (float[2] a, int64[2] b) => (y, z) {"
                           " y = Add(a, a) z = Add(a, b) }"),
                     &texts));
  EXPECT_FALSE(Infer(Model("g (a) => (y) { y = NoSuchOperator(a) }"), &texts));
}

bool Passes(const onnx::ModelProto& model) {
  onnx::checker::CheckerContext context;
  context.set_schema_registry(LazySchemas());
  context.set_ir_version(static_cast<int>(model.ir_version()));
  context.set_opset_imports({{"", 17}});
  context.set_is_main_graph(false);
  return PassesChecker(model.graph(), NodeKinds(model.graph()), context);
}

TEST(CheckAlikeTest, TheRulesOfOnnxHold) {
  const char* const good =
      "g (float[2] a) => (y) { x = Relu(a) y = Relu(x) z = Clip(y) }";
  EXPECT_TRUE(Passes(Model(good)));
  const auto broken = [&](const auto& change) {
    onnx::ModelProto model = Model(good);
    change(model.mutable_graph());
    return !Passes(model);
  };
  using Graph = onnx::GraphProto;
  EXPECT_TRUE(broken([](Graph* g) { g->clear_name(); }));
  EXPECT_TRUE(broken([](Graph* g) { *g->add_input() = g->input(0); }));
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_input(0)->clear_name(); }));
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_output(0)->set_name("q"); }));
  // Not made before it is read; made twice.
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_node(0)->set_input(0, "z"); }));
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_node(1)->set_output(0, "x"); }));
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_node(1)->set_output(0, "a"); }));
  // The second of two alike, which then is not.
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_node(1)->add_input("a"); }));
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_node(1)->set_input(0, ""); }));
  EXPECT_TRUE(broken([](Graph* g) {
    onnx::AttributeProto* attribute = g->mutable_node(1)->add_attribute();
    attribute->set_name("alpha");
    attribute->set_type(onnx::AttributeProto::FLOAT);
  }));
  EXPECT_TRUE(broken([](Graph* g) { g->mutable_node(1)->set_op_type("No"); }));
  // Initializers: without name, twice, and in old models not among the inputs.
  const auto initializer = [](Graph* g, const char* name) {
    onnx::TensorProto* tensor = g->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_dims(0);
  };
  EXPECT_FALSE(broken([&](Graph* g) { initializer(g, "w"); }));
  EXPECT_TRUE(broken([&](Graph* g) { initializer(g, ""); }));
  EXPECT_TRUE(broken([&](Graph* g) {
    initializer(g, "w");
    initializer(g, "w");
  }));
  onnx::ModelProto old = Model(good);
  initializer(old.mutable_graph(), "w");
  old.set_ir_version(3);
  EXPECT_FALSE(Passes(old));
}

TEST(NodeKindsTest, NamesDoNotMatterButAllElseDoes) {
  const onnx::ModelProto model = Model(R"(g (float[2] a, float[2] b) => (y) {
    c = Add(a, b) d = Add(c, a) e = Mul(a, b) f = Relu(a)
    g1 = LeakyRelu<alpha = 0.5>(a) h = LeakyRelu<alpha = 0.25>(a)
    i = LeakyRelu<alpha = 0.5>(b) j = LeakyRelu(a)
    k = Constant<value = float {1}>() l = Constant<value = float {1}>()
    m = Constant<value_int = 1>() n = Constant<value_int = 1>()
    y = Sum(a, b, c)
  })");
  const NodeKinds kinds(model.graph());
  EXPECT_EQ(kinds.of(0), kinds.of(1));
  EXPECT_NE(kinds.of(0), kinds.of(2));
  EXPECT_EQ(kinds.of(4), kinds.of(6));
  EXPECT_NE(kinds.of(4), kinds.of(5));
  EXPECT_NE(kinds.of(4), kinds.of(7));
  EXPECT_EQ(kinds.of(8), NodeKinds::kNone);
  EXPECT_EQ(kinds.of(10), kinds.of(11));
  EXPECT_NE(kinds.of(12), kinds.of(0));
  EXPECT_FALSE(kinds.has_bodies());
  EXPECT_EQ(kinds.count(), 8);
}

}  // namespace
}  // namespace onnxifi::graph
