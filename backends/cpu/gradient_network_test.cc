// Derivatives of convolutions, pools and normalisations against central
// differences.
#include <gtest/gtest.h>

#include <string>

#include "backends/cpu/testing/gradient_tester.h"

namespace onnxifi::cpu {
namespace {

using testing::GradientModel;
using testing::GradientTester;
using testing::ModelRunner;
using testing::TensorOf;

void Check(const std::string& inputs, const std::string& nodes,
           int opset = 21) {
  GradientTester(inputs, nodes)
      .Opset(opset)
      .Sizes({{"N", 2}, {"H", 5}, {"W", 4}})
      .Check();
}

TEST(GradientConvTest, Plain) {
  Check("double[1,2,4,5] x, double[2,2,3,2] w, double[2] b",
        "y = Conv(x, w, b)");
  Check("double[2,1,4,3] x, double[2,1,1,1] w", "y = Conv(x, w)");
  Check("double[1,2,6] x, double[2,2,3] w", "y = Conv(x, w)");
  Check("double[1,1,3,2,3] x, double[2,1,2,2,2] w", "y = Conv(x, w)");
}

TEST(GradientConvTest, StridesDilationsPads) {
  Check("double[1,1,5,6] x, double[2,1,2,3] w",
        "y = Conv <strides = [2, 2], pads = [1, 0, 0, 2]> (x, w)");
  Check("double[1,2,6,5] x, double[1,2,2,2] w",
        "y = Conv <dilations = [2, 3], pads = [1, 1, 1, 1]> (x, w)");
  Check("double[1,1,8] x, double[1,1,2] w",
        "y = Conv <strides = [3], dilations = [2]> (x, w)");
}

TEST(GradientConvTest, Groups) {
  Check("double[2,4,3,3] x, double[2,2,2,2] w, double[2] b",
        "y = Conv <group = 2, pads = [1, 0, 0, 1]> (x, w, b)");
  Check("double[1,3,4] x, double[6,1,2] w",
        "y = Conv <group = 3, strides = [2]> (x, w)");
}

TEST(GradientConvTest, AutomaticPadding) {
  for (const char* mode : {"SAME_UPPER", "SAME_LOWER", "VALID"}) {
    Check("double[1,1,5,4] x, double[1,1,2,3] w",
          std::string("y = Conv <auto_pad = \"") + mode +
              "\", strides = [2, 1]> (x, w)");
  }
}

TEST(GradientConvTest, OpenDimensions) {
  Check("double[N,2,H,W] x, double[2,2,2,2] w",
        "y = Conv <strides = [2, 1], pads = [1, 1, 0, 1]> (x, w)");
  Check("double[N,2,H,W] x, double[2,1,2,2] w",
        "y = Conv <group = 2, dilations = [1, 2]> (x, w)");
}

TEST(GradientConvTest, Transposed) {
  Check("double[1,2,3,2] x, double[2,3,2,2] w, double[3] b",
        "y = ConvTranspose(x, w, b)");
  Check("double[1,2,3,2] x, double[2,1,2,3] w",
        "y = ConvTranspose <strides = [2, 3], pads = [1, 0, 0, 1], "
        "output_padding = [1, 2]> (x, w)");
  Check("double[2,4,3] x, double[4,1,2] w",
        "y = ConvTranspose <group = 2, dilations = [2]> (x, w)");
}

TEST(GradientPoolTest, Average) {
  Check("double[1,2,4,5] x", "y = AveragePool <kernel_shape = [2, 3]> (x)");
  Check("double[N,2,H,W] x",
        "y = AveragePool <kernel_shape = [2, 2], strides = [2, 1]> (x)");
  for (const char* with : {"0", "1"}) {
    Check("double[1,2,4,5] x",
          std::string("y = AveragePool <kernel_shape = [2, 3], pads = [1, 1, "
                      "0, 2], strides = [2, 2], count_include_pad = ") +
              with + "> (x)");
    Check("double[1,1,5,6] x",
          std::string("y = AveragePool <kernel_shape = [2, 3], ceil_mode = 1, "
                      "pads = [0, 1, 1, 0], strides = [2, 2], "
                      "count_include_pad = ") +
              with + "> (x)");
  }
  Check("double[1,1,7] x",
        "y = AveragePool <kernel_shape = [2], dilations = [3]> (x)");
  Check("double[1,1,5,4] x",
        "y = AveragePool <kernel_shape = [3, 2], auto_pad = \"SAME_UPPER\", "
        "strides = [2, 2]> (x)");
}

TEST(GradientPoolTest, Max) {
  Check("double[2,2,4,5] x", "y = MaxPool <kernel_shape = [2, 3]> (x)");
  Check("double[N,2,H,W] x",
        "y = MaxPool <kernel_shape = [2, 2], pads = [1, 0, 1, 1], strides = "
        "[2, 1]> (x)");
  Check("double[1,1,7] x",
        "y, i = MaxPool <kernel_shape = [2], dilations = [2]> (x)");
}

TEST(GradientPoolTest, Global) {
  Check("double[2,3,2,4] x", "y = GlobalAveragePool(x)");
  Check("double[N,3,H,W] x", "y = GlobalAveragePool(x)");
  Check("double[2,3,2,4] x", "y = GlobalMaxPool(x)");
}

TEST(GradientNormalizationTest, Batch) {
  const std::string parameters =
      "double[3] s, double[3] b, double[3] m, double[3] v";
  for (const char* x : {"double[2,3] x, ", "double[2,3,2] x, "}) {
    GradientTester(x + parameters,
                   "y = BatchNormalization <epsilon = 0.1> (x, s, b, m, v)")
        .Range(0.5, 1.5)
        .Check();
  }
}

TEST(GradientNormalizationTest, Layer) {
  Check("double[2,4] x, double[4] s, double[4] b",
        "y = LayerNormalization <epsilon = 0.1> (x, s, b)");
  Check("double[2,3,2] x, double[3,2] s",
        "y = LayerNormalization <axis = 1, epsilon = 0.1> (x, s)");
  Check("double[N,3] x, double s",
        "y = LayerNormalization <epsilon = 0.1> (x, s)");
}

// The CPU backend has it for float32 alone: compared with what it stands for.
TEST(GradientNormalizationTest, RootMeanSquare) {
  ModelRunner runner(GradientModel(
      "float[2,4] x, float[4] s",
      "y = RMSNormalization <epsilon = 0.1> (x, s)\n"
      "a = Constant <value = int64[1] {-1}> ()\n"
      "e = Constant <value = float {0.1}> ()\n"
      "xx = Mul(x, x)\nm = ReduceMean(xx, a)\nv = Add(m, e)\nr = Sqrt(v)\n"
      "n = Div(x, r)\nz = Mul(n, s)\nsy = Sin(y)\nsz = Sin(z)\n"
      "dx, ds = ai.onnx.preview.training.Gradient <xs = [\"x\", \"s\"], y = "
      "\"sy\"> (x, s)\n"
      "ex, es = ai.onnx.preview.training.Gradient <xs = [\"x\", \"s\"], y = "
      "\"sz\"> (x, s)",
      {"dx", "ds", "ex", "es"}, 23));
  const Status status =
      runner.Run({TensorOf<float>({2, 4}, {1, 2, -3, 4, 0.5f, -1, 0, 2}),
                  TensorOf<float>({4}, {1, 0.5f, -1, 2})});
  ASSERT_TRUE(status.ok()) << status.message();
  for (size_t o = 0; o < 2; ++o) {
    const std::vector<float> got = runner.Output<float>(o);
    const std::vector<float> expected = runner.Output<float>(o + 2);
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], expected[i], 1e-5f) << o << ", " << i;
    }
  }
}

TEST(GradientNormalizationTest, Instance) {
  Check("double[2,3,4] x, double[3] s, double[3] b",
        "y = InstanceNormalization <epsilon = 0.1> (x, s, b)");
  Check("double[N,2,H,W] x, double[2] s, double[2] b",
        "y = InstanceNormalization <epsilon = 0.1> (x, s, b)");
}

TEST(GradientLossTest, CrossEntropy) {
  const std::string labels =
      "l = Constant <value = int64[3] {2, 0, 1}> ()\n"
      "w = Constant <value = float[4] {1.0, 2.0, 0.5, 3.0}> ()\n";
  for (const char* op :
       {"SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"}) {
    for (const char* reduction : {"mean", "sum", "none"}) {
      const std::string call =
          labels + "y = " + op + " <reduction = \"" + reduction + "\"";
      Check("float[3,4] x", call + "> (x, l)");
      Check("float[3,4] x", call + ", ignore_index = 0> (x, l, w)");
    }
  }
  Check("float[1,3,2] x",
        "l = Constant <value = int32[1,2] {2, -5}> ()\n"
        "a, b = SoftmaxCrossEntropyLoss <ignore_index = -5> (x, l)\n"
        "y = Add(a, b)");
}

// Many layers: in float64 against central differences, and in float32, with
// what the CPU backend fuses, against float64.
void CheckNetwork(const std::string& inputs, const std::string& nodes) {
  const auto tester = [&](const std::string& type) {
    std::string typed = inputs;
    for (size_t at = typed.find("T["); at != std::string::npos;
         at = typed.find("T[")) {
      typed.replace(at, 1, type);
    }
    return GradientTester(typed, nodes).Range(-0.6, 0.6).FirstOrder();
  };
  tester("double").Check();
  const auto expected = tester("double").Run();
  const auto got = tester("float").Run();
  ASSERT_EQ(got.size(), expected.size());
  for (size_t o = 0; o < got.size(); ++o) {
    ASSERT_EQ(got[o].size(), expected[o].size());
    for (size_t i = 0; i < got[o].size(); ++i) {
      // Sums of up to a few hundred terms near 1.
      EXPECT_NEAR(got[o][i], expected[o][i], 2e-5) << o << ", " << i;
    }
  }
}

TEST(GradientNetworkTest, Convolutional) {
  CheckNetwork(
      "T[2,2,6,6] x, T[4,2,3,3] w1, T[4] b1, T[4,1,3,3] w2, T[4] s, T[4] b, "
      "T[4,4,1,1] w3, T[36,3] w4, T[3] b4",
      R"(c1 = Conv <pads = [1, 1, 1, 1]> (x, w1, b1)
         r1 = Relu(c1)
         c2 = Conv <group = 4, pads = [1, 1, 1, 1]> (r1, w2)
         n = InstanceNormalization <epsilon = 0.5> (c2, s, b)
         r2 = HardSwish(n)
         c3 = Conv(r2, w3)
         sum = Add(c3, r1)
         p = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (sum)
         f = Flatten(p)
         z = Gemm(f, w4, b4)
         y = LogSoftmax(z))");
}

TEST(GradientNetworkTest, Attention) {
  CheckNetwork(
      "T[2,3,4] x, T[4] s, T[4] b, T[4,4] wq, T[4,4] wk, T[4,4] wv, T[4,6] w1, "
      "T[6] b1, T[6,4] w2",
      R"(h = LayerNormalization <epsilon = 0.2> (x, s, b)
         q = MatMul(h, wq)
         k = MatMul(h, wk)
         v = MatMul(h, wv)
         kt = Transpose <perm = [0, 2, 1]> (k)
         qk = MatMul(q, kt)
         two = Constant <value = float {2.0}> ()
         scale = CastLike(two, qk)
         scaled = Div(qk, scale)
         a = Softmax(scaled)
         o = MatMul(a, v)
         r = Add(o, x)
         m1 = MatMul(r, w1)
         m2 = Add(m1, b1)
         m3 = Gelu(m2)
         m4 = MatMul(m3, w2)
         y = Add(m4, r))");
}

// What is kept is random; the result says what it was.
TEST(GradientNormalizationTest, DropoutInTraining) {
  for (const bool training : {true, false}) {
    ModelRunner runner(GradientModel(
        "float[200] x",
        std::string("r = Constant <value = float {0.25}> ()\n"
                    "t = Constant <value = bool {") +
            (training ? "1" : "0") +
            "}> ()\ny = Dropout(x, r, t)\n"
            "dx = ai.onnx.preview.training.Gradient <xs = [\"x\"], y = "
            "\"y\"> (x)",
        {"y", "dx"}));
    const Status status =
        runner.Run({TensorOf<float>({200}, std::vector<float>(200, 3.0f))});
    ASSERT_TRUE(status.ok()) << status.message();
    const std::vector<float> y = runner.Output<float>(0);
    const std::vector<float> slope = runner.Output<float>(1);
    int dropped = 0;
    for (size_t i = 0; i < 200; ++i) {
      EXPECT_FLOAT_EQ(slope[i], y[i] / 3);
      dropped += y[i] == 0 ? 1 : 0;
    }
    EXPECT_EQ(dropped > 0, training);
  }
}

}  // namespace
}  // namespace onnxifi::cpu
