// Derivatives of elementwise functions against central differences.
#include <gtest/gtest.h>

#include <string>

#include "backends/cpu/testing/gradient_tester.h"

namespace onnxifi::cpu {
namespace {

using testing::GradientTester;

void CheckUnary(const std::string& call, double low = -1.5, double high = 1.5,
                int opset = 21) {
  for (const char* inputs : {"double[2,3] x", "double[5] x"}) {
    GradientTester(inputs, "y = " + call).Range(low, high).Opset(opset).Check();
  }
}

TEST(GradientElementwiseTest, Basic) {
  CheckUnary("Identity(x)");
  CheckUnary("Neg(x)");
  CheckUnary("Abs(x)");
  CheckUnary("Exp(x)");
  CheckUnary("Log(x)", 0.5, 2);
  CheckUnary("Sqrt(x)", 0.5, 2);
  CheckUnary("Reciprocal(x)", 0.5, 2);
  CheckUnary("Erf(x)");
}

TEST(GradientElementwiseTest, Trigonometric) {
  CheckUnary("Sin(x)");
  CheckUnary("Cos(x)");
  CheckUnary("Tan(x)", -1, 1);
  CheckUnary("Asin(x)", -0.8, 0.8);
  CheckUnary("Acos(x)", -0.8, 0.8);
  CheckUnary("Atan(x)");
}

TEST(GradientElementwiseTest, Hyperbolic) {
  CheckUnary("Sinh(x)");
  CheckUnary("Cosh(x)");
  CheckUnary("Tanh(x)");
  CheckUnary("Asinh(x)");
  CheckUnary("Acosh(x)", 1.3, 3);
  CheckUnary("Atanh(x)", -0.8, 0.8);
}

TEST(GradientElementwiseTest, Activations) {
  CheckUnary("Sigmoid(x)");
  CheckUnary("Relu(x)");
  CheckUnary("LeakyRelu <alpha = 0.3> (x)");
  CheckUnary("LeakyRelu(x)");
  CheckUnary("Elu <alpha = 0.7> (x)");
  CheckUnary("Selu(x)");
  CheckUnary("Selu <alpha = 0.5, gamma = 2.0> (x)");
  CheckUnary("ThresholdedRelu <alpha = 0.5> (x)");
  CheckUnary("Softplus(x)");
  CheckUnary("Softsign(x)");
  CheckUnary("HardSigmoid <alpha = 0.4> (x)", -3, 3);
  CheckUnary("HardSwish(x)", -5, 5);
  CheckUnary("Mish(x)");
  CheckUnary("Swish <alpha = 1.3> (x)", -2, 2, 24);
}

// Celu has float32 alone, so its slope is compared with the formula.
TEST(GradientElementwiseTest, Celu) {
  testing::ModelRunner runner(testing::GradientModel(
      "float[4] x",
      "y = Celu <alpha = 0.5> (x)\n"
      "dx = ai.onnx.preview.training.Gradient <xs = [\"x\"], y = \"y\"> (x)",
      {"dx"}));
  const std::vector<float> x = {-1.0f, -0.25f, 0.5f, 500.0f};
  const Status status = runner.Run({testing::TensorOf<float>({4}, x)});
  ASSERT_TRUE(status.ok()) << status.message();
  const std::vector<float> slope = runner.Output<float>(0);
  EXPECT_NEAR(slope[0], std::exp(-2.0f), 1e-6f);
  EXPECT_NEAR(slope[1], std::exp(-0.5f), 1e-6f);
  EXPECT_EQ(slope[2], 1.0f);
  EXPECT_EQ(slope[3], 1.0f);
}

TEST(GradientElementwiseTest, Gelu) {
  CheckUnary("Gelu(x)");
  CheckUnary("Gelu <approximate = \"tanh\"> (x)");
}

// Far from 0 the branch that is not taken must not spoil the other one.
TEST(GradientElementwiseTest, LargeArguments) {
  for (const char* call :
       {"Elu(x)", "Selu(x)", "Sigmoid(x)", "Softplus(x)", "Mish(x)"}) {
    GradientTester("double[4] x", std::string("y = ") + call)
        .Range(800, 801)
        .Check();
  }
}

TEST(GradientElementwiseTest, PiecewiseConstant) {
  CheckUnary("Sign(x)");
  CheckUnary("Floor(x)");
  CheckUnary("Ceil(x)");
  CheckUnary("Round(x)");
}

TEST(GradientElementwiseTest, Cast) {
  // Through float32 the values, but not the gradients, are those of double.
  GradientTester("double[3] x",
                 "i = Cast <to = 7> (x)\nf = Cast <to = 11> (i)\n"
                 "y = Mul(x, f)")
      .Range(1.2, 1.8)
      .Check();
}

void CheckBinary(const std::string& op, double low = -1.5, double high = 1.5) {
  for (const char* inputs : {
           "double[2,3] a, double[2,3] b",
           "double[2,3] a, double[3] b",
           "double[1,3] a, double[2,1] b",
           "double[2,1,3] a, double[4,1] b",
           "double a, double[2] b",
           "double[N,3] a, double[M,3] b",
       }) {
    GradientTester(inputs, "y = " + op + "(a, b)")
        .Range(low, high)
        .Sizes({{"N", 2}, {"M", 1}})
        .Check();
  }
}

TEST(GradientElementwiseTest, Arithmetic) {
  CheckBinary("Add");
  CheckBinary("Sub");
  CheckBinary("Mul");
  CheckBinary("Div", 0.5, 2);
  CheckBinary("Pow", 0.5, 2);
}

TEST(GradientElementwiseTest, Variadic) {
  CheckBinary("Sum");
  CheckBinary("Mean");
  CheckBinary("Max");
  CheckBinary("Min");
  GradientTester("double[2,3] a, double[3] b, double[2,1] c",
                 "y = Max(a, b, c)")
      .Check();
  GradientTester("double[2,3] a, double[3] b, double[2,1] c",
                 "y = Mean(a, b, c)")
      .Check();
}

TEST(GradientElementwiseTest, OneTensorTwice) {
  GradientTester("double[2,3] x", "y = Mul(x, x)").Check();
  GradientTester("double[2,3] x", "a = Add(x, x)\ny = Mul(a, x)").Check();
}

TEST(GradientElementwiseTest, PowWithWholeExponents) {
  GradientTester("double[4] x",
                 "n = Constant <value = int64[4] {0, 1, 2, 3}> ()\n"
                 "y = Pow(x, n)")
      .Check();
  GradientTester("double[3] x",
                 "n = Constant <value = double {2.0}> ()\ny = Pow(x, n)")
      .Check();
}

TEST(GradientElementwiseTest, Where) {
  const std::string nodes = "c = Greater(a, b)\ny = Where(c, a, b)";
  GradientTester("double[2,3] a, double[3] b", nodes).Check();
  GradientTester("double[2,1] a, double[1,3] b", nodes).Check();
}

TEST(GradientElementwiseTest, PRelu) {
  GradientTester("double[2,3] x, double[2,3] s", "y = PRelu(x, s)").Check();
  GradientTester("double[2,3,2] x, double[3,1] s", "y = PRelu(x, s)").Check();
}

TEST(GradientElementwiseTest, Clip) {
  GradientTester("double[12] x, double low, double high",
                 "l = Sub(low, high)\ny = Clip(x, l, high)")
      .Range(-1, 2)
      .Check();
  // Crossed bounds: the upper one decides.
  GradientTester("double[12] x, double high",
                 "one = Constant <value = double {1.0}> ()\n"
                 "low = Add(high, one)\ny = Clip(x, low, high)")
      .Check();
  GradientTester("double[12] x, double low", "y = Clip(x, low)").Check();
  CheckUnary("Clip <min = -0.5, max = 0.75> (x)", -1.5, 1.5, 10);
  CheckUnary("Clip <max = 0.25> (x)", -1.5, 1.5, 7);
}

TEST(GradientElementwiseTest, DropoutForInference) {
  CheckUnary("Dropout(x)");
  CheckUnary("Dropout <ratio = 0.25> (x)", -1, 1, 7);
}

}  // namespace
}  // namespace onnxifi::cpu
