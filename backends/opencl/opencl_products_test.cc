// Operators over products of matrices, in sizes of several tiles, against sums in
// double. ONNX's own cases are smaller than a tile.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "backends/opencl/testing/model_fixture.h"

namespace onnxifi::opencl {
namespace {

using OpenClProductsTest = ModelTest;
using graph::Shape;
using wire::ModelBuilder;

TEST_F(OpenClProductsTest, MatMulIntegerIsExact) {
  // The sums exceed what floats hold.
  constexpr size_t kM = 29;
  constexpr size_t kK = 700;
  constexpr size_t kN = 83;
  std::mt19937 engine(1);
  std::vector<uint8_t> a(kM * kK);
  std::vector<int8_t> b(kK * kN);
  for (auto& value : a) value = static_cast<uint8_t>(200 + engine() % 56);
  for (auto& value : b) value = static_cast<int8_t>(-128 + engine() % 20);
  const uint8_t a_zero = 3;
  std::vector<int8_t> b_zero(kN);
  for (size_t n = 0; n < kN; ++n) b_zero[n] = static_cast<int8_t>(127 - n % 7);
  const std::vector<Shape> shapes = {{kM, kK}, {kK, kN}, {}, {kN}};
  const std::string model =
      ModelBuilder()
          .Input("a", wire::kUint8, DimsOf(shapes[0]))
          .Input("b", wire::kInt8, DimsOf(shapes[1]))
          .Input("az", wire::kUint8, {})
          .Input("bz", wire::kInt8, DimsOf(shapes[3]))
          .Output("y", wire::kInt32, {int64_t{kM}, int64_t{kN}})
          .Node("MatMulInteger", {"a", "b", "az", "bz"}, {"y"})
          .Build();
  const std::vector<int32_t> y = Run<int32_t>(
      model, shapes, {a.data(), b.data(), &a_zero, b_zero.data()}, kM * kN);
  for (size_t i = 0; i < kM * kN; ++i) {
    int32_t sum = 0;
    for (size_t k = 0; k < kK; ++k) {
      sum +=
          (a[i / kN * kK + k] - a_zero) * (b[k * kN + i % kN] - b_zero[i % kN]);
    }
    ASSERT_EQ(y[i], sum) << "element " << i;
  }
}

TEST_F(OpenClProductsTest, ConvTransposeInGroups) {
  // 2 groups of 5 to 3 channels, stride 2, dilation 2 along the width.
  const std::vector<Shape> shapes = {{2, 10, 9, 7}, {10, 3, 3, 2}, {6}};
  const Floats x = Random(Count(shapes[0]), 2);
  const Floats w = Random(Count(shapes[1]), 3);
  const Floats bias = Random(6, 4);
  const int64_t height = 2 * 8 + 3 - 1;
  const int64_t width = 2 * 6 + 3 - 1;
  const std::string model =
      ModelBuilder()
          .Input("x", wire::kFloat, DimsOf(shapes[0]))
          .Input("w", wire::kFloat, DimsOf(shapes[1]))
          .Input("b", wire::kFloat, {6})
          .Output("y", wire::kFloat, {2, 6, height, width})
          .Node("ConvTranspose", {"x", "w", "b"}, {"y"},
                {wire::AttrInt("group", 2), wire::AttrInts("strides", {2, 2}),
                 wire::AttrInts("dilations", {1, 2}),
                 wire::AttrInts("pads", {1, 1, 0, 0})})
          .Build();
  std::vector<double> wanted(2 * 6 * static_cast<size_t>(height * width));
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t o = 0; o < 6; ++o) {
      double* const plane = wanted.data() + (n * 6 + o) * height * width;
      std::fill_n(plane, height * width, bias[static_cast<size_t>(o)]);
      for (int64_t i = 0; i < 5 * 9 * 7 * 3 * 2; ++i) {
        const int64_t kx = i % 2;
        const int64_t ky = i / 2 % 3;
        const int64_t ix = i / 6 % 7;
        const int64_t iy = i / 42 % 9;
        const int64_t c = o / 3 * 5 + i / 378;
        const int64_t at_y = iy * 2 + ky - 1;
        const int64_t at_x = ix * 2 + kx * 2 - 1;
        if (at_y < 0 || at_y >= height || at_x < 0 || at_x >= width) continue;
        plane[at_y * width + at_x] +=
            static_cast<double>(
                x[static_cast<size_t>(((n * 10 + c) * 9 + iy) * 7 + ix)]) *
            w[static_cast<size_t>(((c * 3 + o % 3) * 3 + ky) * 2 + kx)];
      }
    }
  }
  ExpectNear(Run<float>(model, shapes, {x.data(), w.data(), bias.data()},
                        wanted.size()),
             wanted, 1e-5);
}

TEST_F(OpenClProductsTest, AttentionOfSharedHeads) {
  // 4 heads of queries share 2 of keys; each sees what is not after it.
  constexpr int64_t kRows = 70;
  constexpr int64_t kWidth = 33;
  const std::vector<Shape> shapes = {
      {1, kRows, 4 * kWidth}, {1, kRows, 2 * kWidth}, {1, kRows, 2 * kWidth}};
  const Floats q = Random(Count(shapes[0]), 5);
  const Floats k = Random(Count(shapes[1]), 6);
  const Floats v = Random(Count(shapes[2]), 7);
  const std::string model = ModelBuilder(10, 23)
                                .Input("q", wire::kFloat, DimsOf(shapes[0]))
                                .Input("k", wire::kFloat, DimsOf(shapes[1]))
                                .Input("v", wire::kFloat, DimsOf(shapes[2]))
                                .Output("y", wire::kFloat, DimsOf(shapes[0]))
                                .Node("Attention", {"q", "k", "v"}, {"y"},
                                      {wire::AttrInt("q_num_heads", 4),
                                       wire::AttrInt("kv_num_heads", 2),
                                       wire::AttrInt("is_causal", 1)})
                                .Build();
  std::vector<double> wanted(Count(shapes[0]));
  for (int64_t head = 0; head < 4; ++head) {
    for (int64_t row = 0; row < kRows; ++row) {
      double* const to = wanted.data() + (row * 4 + head) * kWidth;
      double total = 0;
      for (int64_t key = 0; key <= row; ++key) {
        const int64_t from = (key * 2 + head / 2) * kWidth;
        double score = 0;
        for (int64_t d = 0; d < kWidth; ++d) {
          score += static_cast<double>(
                       q[static_cast<size_t>((row * 4 + head) * kWidth + d)]) *
                   k[static_cast<size_t>(from + d)];
        }
        const double share = std::exp(score / std::sqrt(double{kWidth}));
        total += share;
        for (int64_t d = 0; d < kWidth; ++d) {
          to[d] += share * v[static_cast<size_t>(from + d)];
        }
      }
      for (int64_t d = 0; d < kWidth; ++d) to[d] /= total;
    }
  }
  ExpectNear(
      Run<float>(model, shapes, {q.data(), k.data(), v.data()}, wanted.size()),
      wanted, 1e-5);
}

TEST_F(OpenClProductsTest, RnnInBothDirections) {
  constexpr int64_t kSteps = 6;
  constexpr int64_t kBatch = 3;
  constexpr int64_t kInputs = 5;
  constexpr int64_t kHidden = 70;
  const std::vector<Shape> shapes = {
      {kSteps, kBatch, kInputs}, {2, kHidden, kInputs}, {2, kHidden, kHidden}};
  const Floats x = Random(Count(shapes[0]), 8);
  const Floats w = Random(Count(shapes[1]), 9);
  Floats r = Random(Count(shapes[2]), 10);
  for (float& value : r) value /= 8;
  const Shape dims = {kSteps, 2, kBatch, kHidden};
  const std::string model =
      ModelBuilder()
          .Input("x", wire::kFloat, DimsOf(shapes[0]))
          .Input("w", wire::kFloat, DimsOf(shapes[1]))
          .Input("r", wire::kFloat, DimsOf(shapes[2]))
          .Output("y", wire::kFloat, DimsOf(dims))
          .Node("RNN", {"x", "w", "r"}, {"y"},
                {wire::AttrInt("hidden_size", kHidden),
                 wire::AttrString("direction", "bidirectional")})
          .Build();
  std::vector<double> wanted(Count(dims));
  for (int64_t i = 0; i < 2 * kBatch; ++i) {
    const int64_t d = i / kBatch;
    const int64_t b = i % kBatch;
    std::vector<double> state(kHidden);
    for (int64_t step = 0; step < kSteps; ++step) {
      const int64_t t = d == 0 ? step : kSteps - 1 - step;
      std::vector<double> next(kHidden);
      for (int64_t u = 0; u < kHidden; ++u) {
        double sum = 0;
        for (int64_t j = 0; j < kInputs; ++j) {
          sum += static_cast<double>(
                     x[static_cast<size_t>((t * kBatch + b) * kInputs + j)]) *
                 w[static_cast<size_t>((d * kHidden + u) * kInputs + j)];
        }
        for (int64_t j = 0; j < kHidden; ++j) {
          sum += state[static_cast<size_t>(j)] *
                 r[static_cast<size_t>((d * kHidden + u) * kHidden + j)];
        }
        next[static_cast<size_t>(u)] = std::tanh(sum);
        wanted[static_cast<size_t>(((t * 2 + d) * kBatch + b) * kHidden + u)] =
            std::tanh(sum);
      }
      state = next;
    }
  }
  ExpectNear(
      Run<float>(model, shapes, {x.data(), w.data(), r.data()}, wanted.size()),
      wanted, 1e-5);
}

TEST_F(OpenClProductsTest, DftOfOddAndEvenParts) {
  // 3 times 2 to the fourth.
  constexpr int64_t kLength = 48;
  const Floats x = Random(2 * kLength, 11);
  const std::string model = ModelBuilder(8, 17)
                                .Input("x", wire::kFloat, {2, kLength, 1})
                                .Output("y", wire::kFloat, {2, kLength, 2})
                                .Node("DFT", {"x"}, {"y"})
                                .Build();
  std::vector<double> wanted(4 * kLength);
  for (int64_t line = 0; line < 2; ++line) {
    for (int64_t k = 0; k < kLength; ++k) {
      for (int64_t t = 0; t < kLength; ++t) {
        const double value = x[static_cast<size_t>(line * kLength + t)];
        const double angle = 2 * std::numbers::pi *
                             static_cast<double>(k * t % kLength) / kLength;
        const auto at = static_cast<size_t>((line * kLength + k) * 2);
        wanted[at] += value * std::cos(angle);
        wanted[at + 1] -= value * std::sin(angle);
      }
    }
  }
  ExpectNear(Run<float>(model, {{2, kLength, 1}}, {x.data()}, wanted.size()),
             wanted, 1e-5);
}

}  // namespace
}  // namespace onnxifi::opencl
