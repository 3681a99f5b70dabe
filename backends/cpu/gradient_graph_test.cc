// Gradient nodes in graphs of many forms.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "backends/cpu/testing/gradient_tester.h"

namespace onnxifi::cpu {
namespace {

using testing::GradientModel;
using testing::GradientTester;
using testing::ModelRunner;
using testing::TensorOf;

constexpr char kGradient[] = "ai.onnx.preview.training.Gradient";

using Floats = std::vector<float>;

// Runs a model on vectors of float32.
std::vector<Floats> RunModel(const onnx::ModelProto& model,
                             const std::vector<Floats>& inputs) {
  std::vector<RunValue> feeds;
  for (const Floats& input : inputs) {
    feeds.push_back(
        TensorOf<float>({static_cast<int64_t>(input.size())}, input));
  }
  return testing::RunModel(model, std::move(feeds));
}

std::vector<Floats> RunNodes(const std::string& inputs,
                             const std::string& nodes,
                             const std::vector<std::string>& outputs,
                             const std::vector<Floats>& feeds) {
  return RunModel(GradientModel(inputs, nodes, outputs), feeds);
}

std::string Text(const std::string& before, const std::string& attributes,
                 const std::string& after) {
  return before + " = " + kGradient + " <" + attributes + "> " + after + "\n";
}

TEST(GradientGraphTest, ValuesOtherThanTheNamedTensors) {
  // At x = 5 and w = 7, though y was computed at other values.
  const auto out =
      RunNodes("float[1] x, float[1] w, float[1] p, float[1] q",
               "h = Mul(x, x)\ny = Mul(h, w)\n" +
                   Text("dx, dw", "xs = [\"x\", \"w\"], y = \"y\"", "(p, q)"),
               {"dx", "dw", "y"}, {{2}, {3}, {5}, {7}});
  EXPECT_EQ(out[0], Floats{70});
  EXPECT_EQ(out[1], Floats{25});
  EXPECT_EQ(out[2], Floats{12});
}

TEST(GradientGraphTest, AnInputThatThePathReadsToo) {
  // x stands at w's value, but only x is varied.
  const auto out =
      RunNodes("float[1] x, float[1] w",
               "y = Mul(x, w)\n" +
                   Text("dx, dw", "xs = [\"x\", \"w\"], y = \"y\"", "(w, w)"),
               {"dx", "dw"}, {{2}, {3}});
  EXPECT_EQ(out[0], Floats{3});
  EXPECT_EQ(out[1], Floats{3});
  const auto swapped =
      RunNodes("float[1] x, float[1] w",
               "a = Mul(x, x)\ny = Mul(a, w)\n" +
                   Text("dx, dw", "xs = [\"x\", \"w\"], y = \"y\"", "(w, x)"),
               {"dx", "dw"}, {{2}, {3}});
  EXPECT_EQ(swapped[0], Floats{12});
  EXPECT_EQ(swapped[1], Floats{9});
}

TEST(GradientGraphTest, OtherShapesThanTheNamedTensors) {
  const auto out =
      RunNodes("float[2] x, float[3] p",
               "y = Mul(x, x)\n" + Text("dx", "xs = [\"x\"], y = \"y\"", "(p)"),
               {"dx"}, {{1, 1}, {1, 2, 3}});
  EXPECT_EQ(out[0], (Floats{2, 4, 6}));
}

// The rank of a product's operand decides how its gradient is computed.
TEST(GradientGraphTest, AnotherRankThanTheNamedTensor) {
  const std::string nodes = "y = Mul(x, x)\ns = ReduceSum(y)\n" +
                            Text("dx", "xs = [\"x\"], y = \"s\"", "(p)");
  ModelRunner runner(GradientModel("float[2] x, float[2,2] p", nodes, {"dx"}));
  const Status status = runner.Run({TensorOf<float>({2}, Floats{1, 1}),
                                    TensorOf<float>({2, 2}, {1, 2, 3, 4})});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(runner.dims(0), (graph::Shape{2, 2}));
  EXPECT_EQ(runner.Output<float>(0), (Floats{2, 4, 6, 8}));
  ModelRunner product(GradientModel(
      "float[2] x, float[2,2] p, float[2,2] w",
      "y = MatMul(x, w)\n" +
          Text("dx", "xs = [\"x\"], zs = [\"w\"], y = \"y\"", "(p, w)"),
      {"dx"}));
  const RunValue matrix = TensorOf<float>({2, 2}, {1, 2, 3, 4});
  const Status second =
      product.Run({TensorOf<float>({2}, Floats{1, 1}), matrix, matrix});
  ASSERT_TRUE(second.ok()) << second.message();
  EXPECT_EQ(product.Output<float>(0), (Floats{3, 7, 3, 7}));
}

TEST(GradientGraphTest, IntermediateTensor) {
  const auto out =
      RunNodes("float[1] w, float[1] z, float[1] h1",
               "h = Mul(w, w)\ny = Mul(h, z)\n" +
                   Text("dh, dz", "xs = [\"h\", \"z\"], y = \"y\"", "(h, z)") +
                   Text("eh, ez", "xs = [\"h\", \"z\"], y = \"y\"", "(h1, z)"),
               {"dh", "dz", "eh", "ez"}, {{3}, {4}, {10}});
  EXPECT_EQ(out[0], Floats{4});
  EXPECT_EQ(out[1], Floats{9});
  EXPECT_EQ(out[2], Floats{4});
  EXPECT_EQ(out[3], Floats{10});
}

// One output of a node is a variable, another one lies on the path.
TEST(GradientGraphTest, VariableBesideAPath) {
  const std::string attributes = "xs = [\"a\", \"x\"], y = \"y\"";
  const auto out =
      RunNodes("float[2] x, float[2] p",
               "a, b = Split <axis = 0, num_outputs = 2> (x)\ny = Mul(a, b)\n" +
                   Text("da, dx", attributes, "(a, x)") +
                   Text("ea, ex", attributes, "(b, x)") +
                   Text("fa, fx", attributes, "(a, p)"),
               {"da", "dx", "ea", "ex", "fa", "fx"}, {{3, 4}, {5, 6}});
  EXPECT_EQ(out[0], Floats{4});
  EXPECT_EQ(out[1], (Floats{0, 3}));
  EXPECT_EQ(out[2], Floats{4});
  EXPECT_EQ(out[3], (Floats{0, 4}));
  EXPECT_EQ(out[4], Floats{6});
  EXPECT_EQ(out[5], (Floats{0, 3}));
}

TEST(GradientGraphTest, OutputsThatAreNotAskedFor) {
  onnx::ModelProto model = GradientModel(
      "float[1] x, float[1] w",
      "y = Mul(x, w)\n" +
          Text("dx, dw", "xs = [\"x\", \"w\"], y = \"y\"", "(x, w)"),
      {"dw"});
  model.mutable_graph()->mutable_node(1)->set_output(0, "");
  EXPECT_EQ(RunModel(model, {{2}, {3}})[0], Floats{2});
  onnx::ModelProto one = model;
  one.mutable_graph()->mutable_node(1)->mutable_output()->RemoveLast();
  one.mutable_graph()->mutable_node(1)->set_output(0, "dw");
  EXPECT_EQ(RunModel(one, {{2}, {3}})[0], Floats{3});
}

TEST(GradientGraphTest, ResultsThatDoNotDependOnATensor) {
  const auto out =
      RunNodes("float[2] x, float[3] w",
               "y = Mul(x, x)\nn = Neg(x)\n" +
                   Text("dx, dw, dn", "xs = [\"x\", \"w\", \"n\"], y = \"y\"",
                        "(x, w, n)"),
               {"dx", "dw", "dn"}, {{2, 3}, {1, 1, 1}});
  EXPECT_EQ(out[0], (Floats{4, 6}));
  EXPECT_EQ(out[1], (Floats{0, 0, 0}));
  EXPECT_EQ(out[2], (Floats{0, 0}));
}

TEST(GradientGraphTest, TheResultIsTheTensor) {
  const auto out = RunNodes("float[2] x, float[2] p",
                            Text("dx", "xs = [\"x\"], y = \"x\"", "(x)") +
                                Text("ex", "xs = [\"x\"], y = \"x\"", "(p)"),
                            {"dx", "ex"}, {{2, 3}, {4, 5}});
  EXPECT_EQ(out[0], (Floats{1, 1}));
  EXPECT_EQ(out[1], (Floats{1, 1}));
}

TEST(GradientGraphTest, TwoOutputsFromOneGradient) {
  const auto out =
      RunNodes("float[2] a, float[2] b",
               "y = Add(a, b)\n" +
                   Text("da, db", "xs = [\"a\", \"b\"], y = \"y\"", "(a, b)"),
               {"da", "db"}, {{2, 3}, {1, 1}});
  EXPECT_EQ(out[0], (Floats{1, 1}));
  EXPECT_EQ(out[1], (Floats{1, 1}));
}

TEST(GradientGraphTest, SecondOrderOfTheText) {
  // O = sum((x * w - l)^2): d2O/dw2 = 2 x^2, d2O/dwdx = 4 x w - 2 l.
  const auto out = RunNodes(
      "float[1] x, float[1] w, float[1] l",
      "y = Mul(x, w)\nd = Sub(y, l)\no = Mul(d, d)\n" +
          Text("ox, ow", "xs = [\"x\", \"w\"], zs = [\"l\"], y = \"o\"",
               "(x, w, l)") +
          Text("owx, oww", "xs = [\"x\", \"w\"], zs = [\"l\"], y = \"ow\"",
               "(x, w, l)"),
      {"ow", "owx", "oww"}, {{3}, {5}, {4}});
  EXPECT_EQ(out[0], Floats{66});
  EXPECT_EQ(out[1], Floats{52});
  EXPECT_EQ(out[2], Floats{18});
}

TEST(GradientGraphTest, SecondOrderElsewhere) {
  const auto out = RunNodes("float[1] x, float[1] p",
                            "y = Mul(x, x)\nz = Mul(y, x)\n" +
                                Text("dx", "xs = [\"x\"], y = \"z\"", "(x)") +
                                Text("ddx", "xs = [\"x\"], y = \"dx\"", "(p)"),
                            {"ddx"}, {{3}, {5}});
  EXPECT_EQ(out[0], Floats{30});
}

TEST(GradientGraphTest, NodesInAnotherOrder) {
  // The Gradient stands before what it names, and reads what comes later.
  const auto out = RunNodes("float[1] x",
                            Text("dx", "xs = [\"x\"], y = \"y\"", "(x)") +
                                "r = Neg(dx)\nh = Mul(x, x)\ny = Mul(h, x)",
                            {"r", "y"}, {{2}});
  EXPECT_EQ(out[0], Floats{-12});
  EXPECT_EQ(out[1], Floats{8});
}

TEST(GradientGraphTest, ResultOfUnknownShape) {
  // NonZero makes the graph run value by value.
  onnx::ModelProto model =
      GradientModel("float[4] x",
                    "i = NonZero(x)\nj = Transpose(i)\ng = GatherND(x, j)\n"
                    "y = Mul(g, g)\n" +
                        Text("dx", "xs = [\"x\"], y = \"y\"", "(x)"),
                    {"dx"});
  EXPECT_TRUE(ModelRunner(model).by_value());
  EXPECT_EQ(RunModel(model, {{2, 0, 3, 0}})[0], (Floats{4, 0, 6, 0}));
}

TEST(GradientGraphTest, ConstantPath) {
  onnx::ModelProto model = GradientModel(
      "float[1] z",
      "x = Constant <value = float[1] {3.0}> ()\ny = Mul(x, x)\n"
      "s = Mul(y, z)\n" +
          Text("dx", "xs = [\"x\"], zs = [\"z\"], y = \"s\"", "(x, z)"),
      {"dx"});
  EXPECT_EQ(RunModel(model, {{2}})[0], Floats{12});
}

TEST(GradientGraphTest, HalfTypes) {
  for (const char* type : {"1", "10", "16"}) {
    const auto out = RunNodes(
        "float[2] x",
        std::string("h = Cast <to = ") + type +
            "> (x)\nr = Gelu(h)\nm = ReduceMean(r)\ny = Cast <to = 1> (m)\n" +
            Text("dx", "xs = [\"x\"], y = \"y\"", "(x)"),
        {"dx"}, {{0.5, -1}});
    EXPECT_NEAR(out[0][0], 0.4337f, 4e-3f) << type;
    EXPECT_NEAR(out[0][1], -0.0417f, 4e-3f) << type;
  }
}

}  // namespace
}  // namespace onnxifi::cpu
