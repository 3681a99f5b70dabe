// Which status a bad model gets, and that the message names the culprit.

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "graph/onnx_reader.h"
#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

struct Case {
  const char* name;
  onnxStatus code;
  const char* mentions;
  std::function<onnx::ModelProto()> model;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

onnx::ModelProto Changed(const std::function<void(onnx::ModelProto*)>& change) {
  onnx::ModelProto model = AddModel();
  change(&model);
  return model;
}

onnx::TensorShapeProto* OutputShape(onnx::ModelProto* model) {
  return model->mutable_graph()
      ->mutable_output(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape();
}

onnx::NodeProto* FirstNode(onnx::ModelProto* model) {
  return model->mutable_graph()->mutable_node(0);
}

const Case kCases[] = {
    {"no_graph", ONNXIFI_STATUS_INVALID_MODEL, "graph",
     [] { return Changed([](auto* m) { m->clear_graph(); }); }},
    {"no_ir_version", ONNXIFI_STATUS_INVALID_MODEL, "ir_version",
     [] { return Changed([](auto* m) { m->clear_ir_version(); }); }},
    {"new_ir_version", ONNXIFI_STATUS_UNSUPPORTED_VERSION, "9999",
     [] { return Changed([](auto* m) { m->set_ir_version(9999); }); }},
    {"no_opset", ONNXIFI_STATUS_INVALID_MODEL, "opset_import",
     [] { return Changed([](auto* m) { m->clear_opset_import(); }); }},
    {"new_opset", ONNXIFI_STATUS_UNSUPPORTED_VERSION, "9999",
     [] {
       return Changed(
           [](auto* m) { m->mutable_opset_import(0)->set_version(9999); });
     }},
    {"opset_0", ONNXIFI_STATUS_INVALID_MODEL, "ai.onnx",
     [] {
       return Changed(
           [](auto* m) { m->mutable_opset_import(0)->set_version(0); });
     }},
    {"two_opsets", ONNXIFI_STATUS_INVALID_MODEL, "ai.onnx",
     [] {
       return Changed([](auto* m) {
         auto* second = m->add_opset_import();
         second->set_domain("ai.onnx");
         second->set_version(16);
       });
     }},
    {"unknown_domain", ONNXIFI_STATUS_UNSUPPORTED_VERSION, "acme",
     [] {
       return Changed([](auto* m) {
         auto* import = m->add_opset_import();
         import->set_domain("acme");
         import->set_version(1);
         FirstNode(m)->set_domain("acme");
       });
     }},
    {"domain_not_imported", ONNXIFI_STATUS_INVALID_MODEL, "ai.onnx.ml",
     [] {
       return Changed([](auto* m) { FirstNode(m)->set_domain("ai.onnx.ml"); });
     }},
    {"unknown_operator", ONNXIFI_STATUS_UNSUPPORTED_OPERATOR, "Frobnicate",
     [] {
       return Changed([](auto* m) { FirstNode(m)->set_op_type("Frobnicate"); });
     }},
    {"experimental_operator", ONNXIFI_STATUS_UNSUPPORTED_OPERATOR, "Affine",
     [] {
       return Changed([](auto* m) { FirstNode(m)->set_op_type("Affine"); });
     }},
    {"bad_shape", ONNXIFI_STATUS_MISMATCHING_SHAPE, "Add_0",
     [] {
       return Changed(
           [](auto* m) { OutputShape(m)->mutable_dim(1)->set_dim_value(4); });
     }},
    {"bad_rank", ONNXIFI_STATUS_MISMATCHING_SHAPE, "Add_0",
     [] { return Changed([](auto* m) { OutputShape(m)->add_dim(); }); }},
    {"bad_type", ONNXIFI_STATUS_MISMATCHING_DATATYPE, "Add_0",
     [] {
       return Changed([](auto* m) {
         m->mutable_graph()
             ->mutable_output(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->set_elem_type(onnx::TensorProto::INT32);
       });
     }},
    {"bad_intermediate", ONNXIFI_STATUS_MISMATCHING_SHAPE, "Neg_0",
     [] {
       onnx::ModelProto model = SmallModel(
           "g (float[2] a) => (float[2] c) { t = Neg(a)  c = Neg(t) }");
       auto* info = model.mutable_graph()->add_value_info();
       info->set_name("t");
       auto* tensor = info->mutable_type()->mutable_tensor_type();
       tensor->set_elem_type(onnx::TensorProto::FLOAT);
       tensor->mutable_shape()->add_dim()->set_dim_value(3);
       return model;
     }},
    {"output_contradicts_input", ONNXIFI_STATUS_MISMATCHING_SHAPE, "'a'",
     [] {
       onnx::ModelProto model =
           SmallModel("g (float[2] a) => (float[2] c) { c = Neg(a) }");
       auto* output = model.mutable_graph()->add_output();
       *output = model.graph().input(0);
       output->mutable_type()
           ->mutable_tensor_type()
           ->mutable_shape()
           ->mutable_dim(0)
           ->set_dim_value(5);
       return model;
     }},
    {"types_of_inputs_differ", ONNXIFI_STATUS_MISMATCHING_DATATYPE, "Add_0",
     [] {
       return Changed([](auto* m) {
         m->mutable_graph()
             ->mutable_input(1)
             ->mutable_type()
             ->mutable_tensor_type()
             ->set_elem_type(onnx::TensorProto::INT64);
       });
     }},
    {"type_the_operator_lacks", ONNXIFI_STATUS_INVALID_MODEL, "Not_0",
     [] { return SmallModel("g (float[2] a) => (bool[2] c) { c = Not(a) }"); }},
    {"undefined_input", ONNXIFI_STATUS_INVALID_MODEL, "nowhere",
     [] {
       return Changed([](auto* m) { FirstNode(m)->set_input(1, "nowhere"); });
     }},
    {"own_output", ONNXIFI_STATUS_INVALID_MODEL, "'c'",
     [] { return Changed([](auto* m) { FirstNode(m)->set_input(1, "c"); }); }},
    {"cycle", ONNXIFI_STATUS_INVALID_MODEL, "'t'",
     [] {
       return SmallModel(
           "g (float[2] a) => (float[2] c) { c = Add(a, t)  t = Neg(c) }");
     }},
    {"duplicate_output", ONNXIFI_STATUS_INVALID_MODEL, "'c'",
     [] {
       return SmallModel(
           "g (float[2] a) => (float[2] c) { c = Neg(a)  c = Abs(a) }");
     }},
    {"duplicate_graph_output", ONNXIFI_STATUS_INVALID_MODEL, "'c'",
     [] {
       return Changed([](auto* m) {
         *m->mutable_graph()->add_output() = m->graph().output(0);
       });
     }},
    {"undefined_graph_output", ONNXIFI_STATUS_INVALID_MODEL, "nobody",
     [] {
       return Changed([](auto* m) {
         m->mutable_graph()->mutable_output(0)->set_name("nobody");
       });
     }},
    {"empty_graph_output", ONNXIFI_STATUS_INVALID_MODEL, "name",
     [] {
       return Changed([](auto* m) {
         m->mutable_graph()->mutable_output(0)->clear_name();
       });
     }},
    {"input_without_type", ONNXIFI_STATUS_INVALID_MODEL, "'b'",
     [] {
       return Changed(
           [](auto* m) { m->mutable_graph()->mutable_input(1)->clear_type(); });
     }},
    {"unknown_element_type", ONNXIFI_STATUS_UNSUPPORTED_DATATYPE, "'b'",
     [] {
       return Changed([](auto* m) {
         m->mutable_graph()
             ->mutable_input(1)
             ->mutable_type()
             ->mutable_tensor_type()
             ->set_elem_type(77);
       });
     }},
    {"negative_dimension", ONNXIFI_STATUS_INVALID_MODEL, "'c'",
     [] {
       return Changed(
           [](auto* m) { OutputShape(m)->mutable_dim(0)->set_dim_value(-7); });
     }},
    {"wrapping_shape", ONNXIFI_STATUS_INVALID_MODEL, "'c'",
     [] {
       return Changed([](auto* m) {
         for (auto& dim : *OutputShape(m)->mutable_dim()) {
           dim.set_dim_value(int64_t{1} << 42);
         }
       });
     }},
    {"high_rank", ONNXIFI_STATUS_INVALID_MODEL, "rank",
     [] {
       return Changed([](auto* m) {
         for (int i = 0; i < 100; ++i) OutputShape(m)->add_dim();
       });
     }},
    {"too_few_inputs", ONNXIFI_STATUS_INVALID_MODEL, "Add",
     [] {
       return Changed(
           [](auto* m) { FirstNode(m)->mutable_input()->RemoveLast(); });
     }},
    {"unknown_attribute", ONNXIFI_STATUS_INVALID_MODEL, "speed",
     [] {
       return Changed([](auto* m) {
         auto* attribute = FirstNode(m)->add_attribute();
         attribute->set_name("speed");
         attribute->set_type(onnx::AttributeProto::INT);
         attribute->set_i(9);
       });
     }},
    {"duplicate_attribute", ONNXIFI_STATUS_INVALID_MODEL, "axis",
     [] {
       onnx::ModelProto model = SmallModel(
           "g (float[2] a) => (float[2] c) { c = Softmax<axis = 0>(a) }");
       auto* node = FirstNode(&model);
       *node->add_attribute() = node->attribute(0);
       return model;
     }},
    {"attribute_of_wrong_type", ONNXIFI_STATUS_INVALID_MODEL, "axis",
     [] {
       onnx::ModelProto model = SmallModel(
           "g (float[2] a) => (float[2] c) { c = Softmax<axis = 0>(a) }");
       auto* attribute = FirstNode(&model)->mutable_attribute(0);
       attribute->set_type(onnx::AttributeProto::FLOAT);
       return model;
     }},
    {"zero_strides", ONNXIFI_STATUS_INVALID_MODEL, "strides",
     [] {
       return SmallModel(
           "g (float[1,1,4,4] x, float[1,1,2,2] w) => (float[A,B,C,D] y) "
           "{ y = Conv<strides = [0, 0]>(x, w) }");
     }},
    {"pads_of_wrong_length", ONNXIFI_STATUS_INVALID_MODEL, "pads",
     [] {
       return SmallModel(
           "g (float[1,1,4,4] x, float[1,1,2,2] w) => (float[A,B,C,D] y) "
           "{ y = Conv<pads = [1]>(x, w) }");
     }},
    {"long_name", ONNXIFI_STATUS_INVALID_MODEL, "limit",
     [] {
       return Changed(
           [](auto* m) { FirstNode(m)->set_name(std::string(1 << 20, 'n')); });
     }},
    {"capture_of_nothing", ONNXIFI_STATUS_INVALID_MODEL, "ghost",
     [] {
       return SmallModel(R"(g (bool c, float[2] x) => (float[2] y) {
         y = If<then_branch = a () => (float[2] p) { p = Neg(ghost) },
                else_branch = b () => (float[2] q) { q = Neg(x) }>(c) })");
     }},
    {"absurd_axis", ONNXIFI_STATUS_INVALID_MODEL, "axis 2147483648",
     [] {
       return SmallModel(
           "g (float[3,4] x, float[4] w) => (float[3,4] y) "
           "{ y, m, d = LayerNormalization<axis = 2147483648>(x, w) }");
     }},
    {"absurd_split", ONNXIFI_STATUS_INVALID_MODEL, "num_outputs",
     [] {
       return SmallModel(
           "g (float[4] x) => (float[N] y) "
           "{ y = Split<num_outputs = 4000000000000>(x) }",
           18);
     }},
    {"recursion", ONNXIFI_STATUS_INVALID_MODEL, "f",
     [] {
       return ModelFromText(R"(
         <ir_version: 8, opset_import: ["" : 17, "my" : 1]>
         g (float[2] x) => (float[2] y) { y = my.f(x) }
         <domain: "my", opset_import: ["" : 17, "my" : 1]>
         f (a) => (b) { b = my.f(a) })");
     }},
    {"function_of_incompatible_opset", ONNXIFI_STATUS_INVALID_MODEL, "Softmax",
     [] {
       return ModelFromText(R"(
         <ir_version: 8, opset_import: ["" : 17, "my" : 1]>
         g (float[2] x) => (float[2] y) { y = my.f(x) }
         <domain: "my", opset_import: ["" : 7]>
         f (a) => (b) { b = Softmax(a) })");
     }},
};

class ReaderStatusTest : public testing::TestWithParam<Case> {};

TEST_P(ReaderStatusTest, GivesTheStatusAndNamesTheCulprit) {
  const Status status = StatusOf(GetParam().model());
  EXPECT_EQ(status.code(), GetParam().code) << status.message();
  EXPECT_NE(status.message().find(GetParam().mentions), std::string::npos)
      << status.message();
}

INSTANTIATE_TEST_SUITE_P(All, ReaderStatusTest, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& info) {
                           return info.param.name;
                         });

TEST(ReaderStatusTest, EmptyAndJunk) {
  EXPECT_EQ(ReadModel({}, {}).status().code(), ONNXIFI_STATUS_INVALID_SIZE);
  for (const char* junk : {"x", "this is not a model", "\x08\x08\x3a\x7f"}) {
    EXPECT_EQ(ReadModel(AsBytes(junk), {}).status().code(),
              ONNXIFI_STATUS_INVALID_PROTOBUF);
  }
}

TEST(ReaderStatusTest, ControlCharactersDoNotReachTheMessage) {
  const Status status = StatusOf(Changed([](auto* m) {
    FirstNode(m)->set_input(1, std::string("\x1b[2J\0evil", 9));
  }));
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_MODEL);
  for (const char c : status.message()) EXPECT_GE(c, ' ');
}

class WeightsTest : public testing::Test {
 protected:
  static onnx::ModelProto Model() {
    return SmallModel(
        "g (float[2] x, float[2,3] w) => (float[3] y) { y = MatMul(x, w) }");
  }
  static Status Read(const onnx::ModelProto& model,
                     std::vector<NamedTensor> weights) {
    ReadOptions options;
    options.weights = std::move(weights);
    return StatusOf(model, options);
  }
};

TEST_F(WeightsTest, AWeightIsAConstantAndNoInput) {
  ReadOptions options;
  options.weights = {{"w", FloatTensor({2, 3})}};
  const Result<Graph> graph = ReadProto(Model(), options);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  ASSERT_EQ(graph->inputs.size(), 1u);
  EXPECT_EQ(graph->value(graph->inputs[0]).name, "x");
  EXPECT_EQ(ValueNamed(*graph, "w").constant, options.weights[0].tensor);
}

TEST_F(WeightsTest, WithoutWeightsItIsAnInput) {
  const Result<Graph> graph = ReadProto(Model());
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->inputs.size(), 2u);
}

TEST_F(WeightsTest, ALargeWeightNeedsNoCopy) {
  const onnx::ModelProto model =
      SmallModel("g (float[N] x) => (float[N] y) { y = Add(x, w) }");
  onnx::ModelProto with_input = model;
  *with_input.mutable_graph()->add_input() = model.graph().input(0);
  with_input.mutable_graph()->mutable_input(1)->set_name("w");
  ReadOptions options;
  options.weights = {{"w", FloatTensor({5000})}};
  const Result<Graph> graph = ReadProto(with_input, options);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(ValueNamed(*graph, "w").dims, (Shape{5000}));
}

TEST_F(WeightsTest, RefusesWhatDoesNotMatch) {
  EXPECT_EQ(Read(Model(), {{"w", FloatTensor({3, 2})}}).code(),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_EQ(Read(Model(), {{"w", FloatTensor({6})}}).code(),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
  const TensorPtr doubles = MakeTensor(DataType::kDouble, {2, 3})->tensor;
  EXPECT_EQ(Read(Model(), {{"w", doubles}}).code(),
            ONNXIFI_STATUS_MISMATCHING_DATATYPE);
  EXPECT_EQ(Read(Model(), {{"v", FloatTensor({2, 3})}}).code(),
            ONNXIFI_STATUS_INVALID_NAME);
  EXPECT_EQ(
      Read(Model(), {{"w", FloatTensor({2, 3})}, {"w", FloatTensor({2, 3})}})
          .code(),
      ONNXIFI_STATUS_INVALID_NAME);
}

TEST_F(WeightsTest, RefusesAMixWithInitializers) {
  onnx::ModelProto model = Model();
  auto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("other");
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  tensor->add_float_data(1);
  EXPECT_EQ(Read(model, {{"w", FloatTensor({2, 3})}}).code(),
            ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::graph
