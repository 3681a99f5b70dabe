// Products of matrices and convolutions of more than one tile, with edges, against
// sums in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "backends/opencl/testing/model_fixture.h"

namespace onnxifi::opencl {
namespace {

using OpenClMatrixTest = ModelTest;
using graph::Shape;
using wire::ModelBuilder;

constexpr int32_t kBfloat16 = 16;

size_t At(int64_t index) { return static_cast<size_t>(index); }

TEST_F(OpenClMatrixTest, MatMulWithBroadcastBatches) {
  constexpr int64_t kM = 75;
  constexpr int64_t kK = 131;
  constexpr int64_t kN = 100;
  const std::vector<Shape> shapes = {{2, 1, kM, kK}, {3, kK, kN}};
  const Floats a = Random(Count(shapes[0]), 1);
  const Floats b = Random(Count(shapes[1]), 2);
  const Shape dims = {2, 3, kM, kN};
  const std::string model = ModelBuilder()
                                .Input("a", wire::kFloat, DimsOf(shapes[0]))
                                .Input("b", wire::kFloat, DimsOf(shapes[1]))
                                .Output("y", wire::kFloat, DimsOf(dims))
                                .Node("MatMul", {"a", "b"}, {"y"})
                                .Build();
  std::vector<double> wanted(Count(dims));
  for (int64_t i = 0; i < static_cast<int64_t>(wanted.size()); ++i) {
    const int64_t column = i % kN;
    const int64_t row = i / kN % kM;
    const int64_t z = i / (kN * kM);
    for (int64_t k = 0; k < kK; ++k) {
      wanted[At(i)] += static_cast<double>(a[At((z / 3 * kM + row) * kK + k)]) *
                       b[At((z % 3 * kK + k) * kN + column)];
    }
  }
  ExpectNear(Run<float>(model, shapes, {a.data(), b.data()}, wanted.size()),
             wanted, 5e-5);
}

TEST_F(OpenClMatrixTest, GemmOfTransposedFactors) {
  constexpr int64_t kM = 70;
  constexpr int64_t kK = 45;
  constexpr int64_t kN = 37;
  const Floats a = Random(kM * kK, 3);
  const Floats b = Random(kK * kN, 4);
  const Floats c = Random(kM, 5);
  for (int form = 0; form < 4; ++form) {
    const bool ta = (form & 1) != 0;
    const bool tb = (form & 2) != 0;
    const std::vector<Shape> shapes = {ta ? Shape{kK, kM} : Shape{kM, kK},
                                       tb ? Shape{kN, kK} : Shape{kK, kN},
                                       {kM, 1}};
    const std::string model =
        ModelBuilder()
            .Input("a", wire::kFloat, DimsOf(shapes[0]))
            .Input("b", wire::kFloat, DimsOf(shapes[1]))
            .Input("c", wire::kFloat, DimsOf(shapes[2]))
            .Output("y", wire::kFloat, {kM, kN})
            .Node("Gemm", {"a", "b", "c"}, {"y"},
                  {wire::AttrInt("transA", ta), wire::AttrInt("transB", tb),
                   wire::AttrFloat("alpha", 0.5f),
                   wire::AttrFloat("beta", -2.0f)})
            .Build();
    std::vector<double> wanted(At(kM * kN));
    for (int64_t i = 0; i < kM * kN; ++i) {
      const int64_t row = i / kN;
      const int64_t column = i % kN;
      double sum = 0;
      for (int64_t k = 0; k < kK; ++k) {
        sum += static_cast<double>(a[At(ta ? k * kM + row : row * kK + k)]) *
               b[At(tb ? column * kK + k : k * kN + column)];
      }
      wanted[At(i)] = 0.5 * sum - 2.0 * c[At(row)];
    }
    ExpectNear(Run<float>(model, shapes, {a.data(), b.data(), c.data()},
                          wanted.size()),
               wanted, 2e-5);
  }
}

// Half types are summed up in float and rounded once.
TEST_F(OpenClMatrixTest, MatMulOfHalfFloats) {
  constexpr int64_t kSize = 68;
  Floats a = Random(kSize * kSize, 6);
  std::vector<uint16_t> halves(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    const uint32_t bits = std::bit_cast<uint32_t>(a[i]) & 0xffff0000;
    a[i] = std::bit_cast<float>(bits);
    halves[i] = static_cast<uint16_t>(bits >> 16);
  }
  const Shape dims = {kSize, kSize};
  const std::string model = ModelBuilder()
                                .Input("a", kBfloat16, DimsOf(dims))
                                .Output("y", kBfloat16, DimsOf(dims))
                                .Node("MatMul", {"a", "a"}, {"y"})
                                .Build();
  const std::vector<uint16_t> y =
      Run<uint16_t>(model, {dims}, {halves.data()}, halves.size());
  for (int64_t i = 0; i < kSize * kSize; ++i) {
    double sum = 0;
    for (int64_t k = 0; k < kSize; ++k) {
      sum += static_cast<double>(a[At(i / kSize * kSize + k)]) *
             a[At(k * kSize + i % kSize)];
    }
    const auto got = std::bit_cast<float>(uint32_t{y[At(i)]} << 16);
    // Half of the last of 8 bits.
    ASSERT_NEAR(got, sum, 1e-5 + std::abs(sum) / 256) << "element " << i;
  }
}

struct ConvCase {
  const char* name;
  Shape x;
  Shape w;
  int64_t groups;
  std::vector<int64_t> strides, dilations, pads;
  bool weights_are_constant = true;
};
void PrintTo(const ConvCase& c, std::ostream* out) { *out << c.name; }

// [N, C, H, W] as long loops.
std::vector<double> ConvInDouble(const ConvCase& c, const Shape& y,
                                 const Floats& x, const Floats& w,
                                 const Floats& bias) {
  std::vector<double> wanted(Count(y));
  for (int64_t i = 0; i < static_cast<int64_t>(wanted.size()); ++i) {
    const int64_t ox = i % y[3];
    const int64_t oy = i / y[3] % y[2];
    const int64_t o = i / (y[3] * y[2]) % y[1];
    const int64_t n = i / (y[3] * y[2] * y[1]);
    const int64_t first = o / (y[1] / c.groups) * c.w[1];
    double sum = bias[At(o)];
    for (int64_t t = 0; t < c.w[1] * c.w[2] * c.w[3]; ++t) {
      const int64_t kx = t % c.w[3];
      const int64_t ky = t / c.w[3] % c.w[2];
      const int64_t channel = first + t / (c.w[3] * c.w[2]);
      const int64_t iy = oy * c.strides[0] + ky * c.dilations[0] - c.pads[0];
      const int64_t ix = ox * c.strides[1] + kx * c.dilations[1] - c.pads[1];
      if (iy < 0 || ix < 0 || iy >= c.x[2] || ix >= c.x[3]) continue;
      sum += static_cast<double>(
                 x[At(((n * c.x[1] + channel) * c.x[2] + iy) * c.x[3] + ix)]) *
             w[At(o * c.w[1] * c.w[2] * c.w[3] + t)];
    }
    wanted[At(i)] = std::max(sum, 0.0);
  }
  return wanted;
}

class OpenClConvTest : public ModelTest,
                       public testing::WithParamInterface<ConvCase> {};

TEST_P(OpenClConvTest, EqualsSums) {
  const ConvCase& c = GetParam();
  const Floats x = Random(Count(c.x), 7);
  const Floats w = Random(Count(c.w), 8);
  const Floats bias = Random(At(c.w[0]), 9);
  Shape y = {c.x[0], c.w[0], 0, 0};
  for (size_t d = 0; d < 2; ++d) {
    y[d + 2] = (c.x[d + 2] + c.pads[d] + c.pads[d + 2] -
                (c.w[d + 2] - 1) * c.dilations[d] - 1) /
                   c.strides[d] +
               1;
  }
  ModelBuilder builder;
  builder.Input("x", wire::kFloat, DimsOf(c.x));
  std::vector<Shape> shapes = {c.x};
  std::vector<const void*> inputs = {x.data()};
  if (c.weights_are_constant) {
    builder.Initializer(wire::TensorOf<float>("w", wire::kFloat, c.w, w))
        .Initializer(wire::TensorOf<float>("b", wire::kFloat, {c.w[0]}, bias));
  } else {
    builder.Input("w", wire::kFloat, DimsOf(c.w));
    builder.Input("b", wire::kFloat, DimsOf({c.w[0]}));
    shapes.push_back(c.w);
    shapes.push_back({c.w[0]});
    inputs.push_back(w.data());
    inputs.push_back(bias.data());
  }
  const std::string model = builder.Output("y", wire::kFloat, DimsOf(y))
                                .Node("Conv", {"x", "w", "b"}, {"s"},
                                      {wire::AttrInt("group", c.groups),
                                       wire::AttrInts("strides", c.strides),
                                       wire::AttrInts("dilations", c.dilations),
                                       wire::AttrInts("pads", c.pads)})
                                .Node("Relu", {"s"}, {"y"})
                                .Build();
  ExpectNear(Run<float>(model, shapes, inputs, Count(y)),
             ConvInDouble(c, y, x, w, bias), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Sizes, OpenClConvTest,
                         testing::Values(ConvCase{"Plain",
                                                  {2, 13, 21, 18},
                                                  {70, 13, 3, 3},
                                                  1,
                                                  {1, 1},
                                                  {1, 1},
                                                  {1, 1, 1, 1}},
                                         ConvCase{"Strided",
                                                  {1, 17, 23, 20},
                                                  {33, 17, 3, 5},
                                                  1,
                                                  {2, 3},
                                                  {2, 1},
                                                  {2, 0, 1, 3}},
                                         ConvCase{"Pointwise",
                                                  {2, 40, 11, 13},
                                                  {67, 40, 1, 1},
                                                  1,
                                                  {1, 1},
                                                  {1, 1},
                                                  {0, 0, 0, 0}},
                                         ConvCase{"Grouped",
                                                  {2, 24, 14, 19},
                                                  {51, 8, 3, 3},
                                                  3,
                                                  {1, 2},
                                                  {1, 1},
                                                  {0, 1, 1, 0}},
                                         ConvCase{"Depthwise",
                                                  {1, 19, 17, 15},
                                                  {19, 1, 3, 3},
                                                  19,
                                                  {1, 1},
                                                  {1, 1},
                                                  {1, 1, 1, 1}},
                                         ConvCase{"WeightsAsInput",
                                                  {1, 9, 12, 30},
                                                  {20, 9, 3, 3},
                                                  1,
                                                  {1, 1},
                                                  {1, 1},
                                                  {1, 1, 1, 1},
                                                  false}),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace onnxifi::opencl
