#include "backends/cpu/fuse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "backends/cpu/testing/graph_builder.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using graph::ValueId;
using testing::FloatAttribute;
using testing::GraphBuilder;
using testing::IntAttribute;
using testing::IntsAttribute;
using testing::MaxError;
using testing::Noise;

// The operators that fusion leaves of the graph.
std::vector<std::string> FusedOps(const GraphBuilder& b) {
  graph::Graph graph = b.graph();
  EXPECT_TRUE(FuseGraph(graph).ok());
  std::vector<std::string> ops;
  for (const graph::Node& node : graph.nodes) ops.push_back(node.op_type);
  return ops;
}

using Ops = std::vector<std::string>;

// Fusing changes what is computed only by rounding, on 1 to 3 threads.
void ExpectSameResult(const GraphBuilder& b, double limit = 1e-4) {
  const auto want = b.Run(false);
  for (const int threads : {1, 2, 3}) {
    const auto got = b.Run(true, threads);
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_LT(MaxError(got[i], want[i]), limit) << threads << " threads";
    }
  }
}

ValueId Conv(GraphBuilder& b, ValueId x, int64_t in, int64_t out,
             const Shape& out_dims, unsigned seed) {
  return b.Op("Conv",
              {x, b.NoiseConstant({out, in, 3, 3}, seed),
               b.NoiseConstant({out}, seed + 1)},
              out_dims, {IntsAttribute("pads", {1, 1, 1, 1})});
}

ValueId BatchNorm(GraphBuilder& b, ValueId x, int64_t channels,
                  const Shape& dims, unsigned seed) {
  std::vector<float> variance = Noise(channels, seed + 3);
  for (float& v : variance) v = 0.5f + v * v;
  return b.Op(
      "BatchNormalization",
      {x, b.NoiseConstant({channels}, seed),
       b.NoiseConstant({channels}, seed + 1),
       b.NoiseConstant({channels}, seed + 2), b.Constant({channels}, variance)},
      dims);
}

TEST(Fuse, BatchNormAndPerChannelArithmeticGoIntoConv) {
  const Shape dims = {1, 10, 6, 7};
  GraphBuilder b;
  ValueId x = b.Input({1, 5, 6, 7}, 1);
  x = Conv(b, x, 5, 10, dims, 2);
  x = BatchNorm(b, x, 10, dims, 4);
  x = b.Op("Mul", {x, b.NoiseConstant({10, 1, 1}, 8)}, dims);
  x = b.Op("Add", {b.NoiseConstant({1, 10, 1, 1}, 9), x}, dims);
  x = b.Op("Sub", {x, b.Constant({}, {0.25f})}, dims);
  x = b.Op("Div", {x, b.Constant({1}, {1.5f})}, dims);
  b.Output(x);
  EXPECT_EQ(FusedOps(b), Ops{"Conv"});
  ExpectSameResult(b);
}

TEST(Fuse, ArithmeticAlongAnotherAxisStays) {
  const Shape dims = {1, 7, 6, 7};
  GraphBuilder b;
  ValueId x = b.Input({1, 5, 6, 7}, 1);
  x = Conv(b, x, 5, 7, dims, 2);
  x = b.Op("Mul", {x, b.NoiseConstant({7}, 8)}, dims);  // along the width
  b.Output(x);
  EXPECT_EQ(FusedOps(b), (Ops{"Conv", "Mul"}));
  ExpectSameResult(b);
}

TEST(Fuse, ValueThatIsAlsoOutputStays) {
  const Shape dims = {1, 8, 6, 7};
  GraphBuilder b;
  ValueId x = b.Input({1, 5, 6, 7}, 1);
  x = Conv(b, x, 5, 8, dims, 2);
  b.Output(x);
  b.Output(b.Op("Relu", {x}, dims));
  EXPECT_EQ(FusedOps(b), (Ops{"Conv", "Relu"}));
  ExpectSameResult(b);
}

TEST(Fuse, BatchNormGoesIntoGroupedConvTranspose) {
  const Shape dims = {1, 6, 9, 9};
  GraphBuilder b;
  ValueId x = b.Input({1, 4, 4, 4}, 1);
  x = b.Op("ConvTranspose", {x, b.NoiseConstant({4, 3, 3, 3}, 2)}, dims,
           {IntAttribute("group", 2), IntsAttribute("strides", {2, 2})});
  x = BatchNorm(b, x, 6, dims, 4);
  b.Output(x);
  EXPECT_EQ(FusedOps(b), Ops{"ConvTranspose"});
  ExpectSameResult(b);
}

TEST(Fuse, NormalisationWithoutConvBecomesOneOperator) {
  const Shape dims = {2, 12, 5, 3};
  GraphBuilder b;
  ValueId x = b.Input(dims, 1);
  x = BatchNorm(b, x, 12, dims, 2);
  x = b.Op("Mul", {x, b.NoiseConstant({12, 1, 1}, 8)}, dims);
  x = b.Op("Add", {x, b.NoiseConstant({12, 1, 1}, 9)}, dims);
  x = b.Op("Relu", {x}, dims);
  b.Output(x);
  EXPECT_EQ(FusedOps(b), Ops{"ChannelAffine"});
  ExpectSameResult(b);
}

TEST(Fuse, ChannelAffineOnBlockedChannels) {
  const Shape dims = {1, 12, 5, 3};
  GraphBuilder b;
  ValueId x = b.Input({1, 12, 5, 3}, 1);
  x = Conv(b, x, 12, 12, dims, 2);
  b.Output(b.Op("MaxPool", {x}, {1, 12, 4, 2},
                {IntsAttribute("kernel_shape", {2, 2})}));
  x = BatchNorm(b, x, 12, dims, 5);
  x = b.Op("Clip", {x, b.Constant({}, {-0.5f}), b.Constant({}, {1.0f})}, dims);
  b.Output(Conv(b, x, 12, 4, {1, 4, 5, 3}, 20));
  EXPECT_EQ(FusedOps(b), (Ops{"Conv", "MaxPool", "ChannelAffine", "Conv"}));
  ExpectSameResult(b);
}

class ConvTail : public ::testing::TestWithParam<const char*> {};

// out channels: full blocks, and a tail that must stay zero for the next
// convolution.
TEST_P(ConvTail, GoesIntoConv) {
  for (const int64_t channels : {16, 11}) {
    const Shape dims = {2, channels, 6, 5};
    GraphBuilder b;
    ValueId x = b.Input({2, 5, 6, 5}, 1);
    x = Conv(b, x, 5, channels, dims, 2);
    const std::string op = GetParam();
    if (op == "Clip") {
      x = b.Op(op, {x, b.Constant({}, {0.5f}), b.Constant({}, {6.0f})}, dims);
    } else {
      x = b.Op(op, {x}, dims, {}, op == "Gelu" ? 20 : 17);
    }
    b.Output(Conv(b, x, channels, 3, {2, 3, 6, 5}, 30));
    EXPECT_EQ(FusedOps(b), (Ops{"FusedConv", "Conv"}));
    ExpectSameResult(b);
  }
}

INSTANTIATE_TEST_SUITE_P(Activations, ConvTail,
                         ::testing::Values("Relu", "LeakyRelu", "Clip",
                                           "Sigmoid", "Tanh", "Elu",
                                           "HardSwish", "Softplus", "Gelu"));

TEST(Fuse, ResidualSumAndActivationGoIntoTheLaterConv) {
  for (const int64_t channels : {16, 9}) {
    const Shape dims = {1, channels, 6, 5};
    GraphBuilder b;
    const ValueId x = b.Input({1, 5, 6, 5}, 1);
    const ValueId left = Conv(b, x, 5, channels, dims, 2);
    const ValueId right = Conv(b, x, 5, channels, dims, 4);
    const ValueId sum = b.Op("Add", {left, right}, dims);
    b.Output(b.Op("Relu", {sum}, dims));
    EXPECT_EQ(FusedOps(b), (Ops{"Conv", "FusedConv"}));
    ExpectSameResult(b);
  }
}

TEST(Fuse, ResidualThatIsReadAgainIsKept) {
  const Shape dims = {1, 16, 6, 5};
  GraphBuilder b;
  const ValueId x = b.Input({1, 5, 6, 5}, 1);
  const ValueId first = b.Op("Relu", {Conv(b, x, 5, 16, dims, 2)}, dims);
  const ValueId sum =
      b.Op("Sum", {Conv(b, first, 16, 16, dims, 4), first}, dims);
  b.Output(b.Op("Mul", {sum, first}, dims));
  EXPECT_EQ(FusedOps(b), (Ops{"FusedConv", "FusedConv", "Mul"}));
  ExpectSameResult(b);
}

TEST(Fuse, BroadcastSumIsNoResidual) {
  const Shape dims = {1, 16, 6, 5};
  GraphBuilder b;
  const ValueId x = b.Input({1, 5, 6, 5}, 1);
  const ValueId y = b.Input({1, 16, 1, 1}, 2);
  b.Output(b.Op("Add", {Conv(b, x, 5, 16, dims, 3), y}, dims));
  EXPECT_EQ(FusedOps(b), (Ops{"Conv", "Add"}));
  ExpectSameResult(b);
}

TEST(Fuse, SwishAndHardSwishPatterns) {
  const Shape dims = {1, 8, 6, 5};
  GraphBuilder b;
  const ValueId x = b.Input({1, 5, 6, 5}, 1);
  const ValueId c = Conv(b, x, 5, 8, dims, 2);
  const ValueId s = b.Op("Mul", {c, b.Op("Sigmoid", {c}, dims)}, dims);
  const ValueId gate =
      b.Op("HardSigmoid", {s}, dims,
           {FloatAttribute("alpha", 1.0f / 6), FloatAttribute("beta", 0.5f)});
  b.Output(b.Op("Mul", {gate, s}, dims));
  EXPECT_EQ(FusedOps(b), (Ops{"FusedConv", "HardSwish"}));
  ExpectSameResult(b);
}

ValueId GeluErf(GraphBuilder& b, ValueId x, const Shape& dims) {
  ValueId t = b.Op("Div", {x, b.Constant({}, {1.41421356f})}, dims);
  t = b.Op("Add", {b.Op("Erf", {t}, dims), b.Constant({}, {1.0f})}, dims);
  return b.Op("Mul", {b.Op("Mul", {x, t}, dims), b.Constant({}, {0.5f})}, dims);
}

ValueId GeluTanh(GraphBuilder& b, ValueId x, const Shape& dims) {
  ValueId t = b.Op("Pow", {x, b.Constant({}, {3.0f})}, dims);
  t = b.Op("Mul", {t, b.Constant({}, {0.044715f})}, dims);
  t = b.Op("Add", {x, t}, dims);
  t = b.Op("Mul", {t, b.Constant({}, {0.79788456f})}, dims);
  t = b.Op("Add", {b.Op("Tanh", {t}, dims), b.Constant({}, {1.0f})}, dims);
  return b.Op("Mul", {b.Op("Mul", {x, b.Constant({}, {0.5f})}, dims), t}, dims);
}

TEST(Fuse, MatMulTakesRowAndBothGelus) {
  const Shape dims = {2, 7, 20};
  GraphBuilder b;
  const ValueId x = b.Input({2, 7, 12}, 1);
  const auto linear = [&](unsigned seed) {
    const ValueId product =
        b.Op("MatMul", {x, b.NoiseConstant({12, 20}, seed)}, dims);
    return b.Op("Add", {product, b.NoiseConstant({20}, seed + 1)}, dims);
  };
  b.Output(GeluErf(b, linear(2), dims));
  b.Output(GeluTanh(b, linear(4), dims));
  EXPECT_EQ(FusedOps(b), (Ops{"FusedMatMul", "FusedMatMul"}));
  ExpectSameResult(b);
}

TEST(Fuse, RowWithMoreDimensionsThanTheProductStays) {
  GraphBuilder b;
  const ValueId x = b.Input({7, 12}, 1);
  const ValueId product =
      b.Op("MatMul", {x, b.NoiseConstant({12, 20}, 2)}, {7, 20});
  b.Output(b.Op("Add", {product, b.NoiseConstant({1, 1, 20}, 3)}, {1, 7, 20}));
  EXPECT_EQ(FusedOps(b), (Ops{"MatMul", "Add"}));
  ExpectSameResult(b);
}

TEST(Fuse, GemmTakesActivation) {
  GraphBuilder b;
  const ValueId x = b.Input({5, 12}, 1);
  const ValueId y =
      b.Op("Gemm", {x, b.NoiseConstant({18, 12}, 2), b.NoiseConstant({18}, 3)},
           {5, 18}, {IntAttribute("transB", 1), FloatAttribute("alpha", 0.5f)});
  b.Output(b.Op("Relu", {y}, {5, 18}));
  EXPECT_EQ(FusedOps(b), Ops{"Gemm"});
  ExpectSameResult(b);
}

TEST(Fuse, SoftmaxTakesScaleAndMask) {
  const Shape dims = {2, 3, 5, 19};
  GraphBuilder b;
  const ValueId x = b.Input(dims, 1);
  const ValueId mask = b.Input({2, 1, 1, 19}, 2);
  const ValueId scaled = b.Op("Div", {x, b.Constant({}, {8.0f})}, dims);
  const ValueId masked = b.Op("Add", {scaled, mask}, dims);
  b.Output(b.Op("Softmax", {masked}, dims, {IntAttribute("axis", -1)}));
  EXPECT_EQ(FusedOps(b), Ops{"MaskedSoftmax"});
  ExpectSameResult(b);
}

TEST(Fuse, MaskThatChangesTheShapeStays) {
  GraphBuilder b;
  const ValueId x = b.Input({1, 1, 5, 19}, 1);
  const ValueId mask = b.Input({2, 3, 5, 19}, 2);
  const ValueId masked = b.Op("Add", {x, mask}, {2, 3, 5, 19});
  b.Output(
      b.Op("Softmax", {masked}, {2, 3, 5, 19}, {IntAttribute("axis", -1)}));
  // Either operand may be the mask, but only of a tensor of the sum's shape.
  const auto want = b.Run(false);
  EXPECT_LT(MaxError(b.Run(true)[0], want[0]), 1e-6);
}

ValueId Grouped(GraphBuilder& b, ValueId x, int64_t in, int64_t out,
                int64_t groups, int64_t kernel, const Shape& dims,
                unsigned seed) {
  const int64_t pad = kernel / 2;
  return b.Op("Conv",
              {x, b.NoiseConstant({out, in / groups, kernel, kernel}, seed),
               b.NoiseConstant({out}, seed + 1)},
              dims,
              {IntAttribute("group", groups),
               IntsAttribute("pads", {pad, pad, pad, pad})});
}

ValueId Shuffled(GraphBuilder& b, ValueId x, const Shape& dims,
                 int64_t groups) {
  const Shape wide = {dims[0], groups, dims[1] / groups, dims[2], dims[3]};
  const Shape turned = {dims[0], dims[1] / groups, groups, dims[2], dims[3]};
  x = b.Op("Reshape", {x, b.IntConstant(wide)}, wide);
  x = b.Op("Transpose", {x}, turned, {IntsAttribute("perm", {0, 2, 1, 3, 4})});
  return b.Op("Reshape", {x, b.IntConstant(dims)}, dims);
}

TEST(Fuse, ChannelShuffleGoesIntoTheOrderOfReading) {
  const Shape dims = {2, 20, 6, 7};
  GraphBuilder b;
  ValueId x = b.Input(dims, 1);
  x = Grouped(b, x, 20, 20, 4, 1, dims, 2);
  x = b.Op("Relu", {x}, dims);
  x = Shuffled(b, x, dims, 4);
  x = Grouped(b, x, 20, 20, 20, 3, dims, 4);
  x = BatchNorm(b, x, 20, dims, 6);
  x = Grouped(b, x, 20, 20, 4, 1, dims, 10);
  b.Output(x);
  EXPECT_EQ(FusedOps(b), (Ops{"FusedConv", "Conv", "Conv"}));
  ExpectSameResult(b);
}

TEST(Fuse, ChannelShuffleThatIsReadTwiceStays) {
  const Shape dims = {1, 12, 5, 5};
  GraphBuilder b;
  ValueId x = b.Input(dims, 1);
  x = Shuffled(b, x, dims, 3);
  b.Output(x);
  x = Grouped(b, x, 12, 12, 12, 3, dims, 4);
  x = Grouped(b, x, 12, 12, 3, 1, dims, 10);
  b.Output(x);
  EXPECT_EQ(FusedOps(b),
            (Ops{"Reshape", "Transpose", "Reshape", "Conv", "Conv"}));
  ExpectSameResult(b);
}

TEST(Fuse, IdentityAndDropoutDisappear) {
  const Shape dims = {3, 4};
  GraphBuilder b;
  ValueId x = b.Input(dims, 1);
  x = b.Op("Identity", {x}, dims);
  x = b.Op("Dropout", {x}, dims);
  x = b.Op("Relu", {x}, dims);
  b.Output(b.Op("Identity", {x}, dims));
  // The last one makes the graph's output.
  EXPECT_EQ(FusedOps(b), (Ops{"Relu", "Identity"}));
  ExpectSameResult(b);
}

}  // namespace
}  // namespace onnxifi::cpu
