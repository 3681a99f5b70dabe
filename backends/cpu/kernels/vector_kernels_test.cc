#include "backends/cpu/kernels/vector_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backends/cpu/cpu_features.h"

namespace onnxifi::cpu {
namespace {

// The sets that this machine can run.
std::vector<const VectorKernels*> Sets() {
  std::vector<const VectorKernels*> sets = {&kVectorBaseline};
  if (Features().isa >= Isa::kAvx2) sets.push_back(&kVectorAvx2);
  if (Features().isa >= Isa::kAvx512) sets.push_back(&kVectorAvx512);
  return sets;
}

double Exact(Activation::Kind kind, float alpha, float beta, double x) {
  using Kind = Activation::Kind;
  switch (kind) {
    case Kind::kNone:
      return x;
    case Kind::kRelu:
      return x < 0 ? x * static_cast<double>(alpha) : x;
    case Kind::kClip:
      return std::fmin(std::fmax(x, static_cast<double>(alpha)),
                       static_cast<double>(beta));
    case Kind::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Kind::kTanh:
      return std::tanh(x);
    case Kind::kElu:
      return x < 0 ? static_cast<double>(alpha) * std::expm1(x) : x;
    case Kind::kHardSwish:
      return x * std::fmin(std::fmax(x / 6 + 0.5, 0), 1);
    case Kind::kSwish:
      return x / (1 + std::exp(-x));
    case Kind::kGeluErf:
      return 0.5 * x * (1 + std::erf(x * std::sqrt(0.5)));
    case Kind::kGeluTanh:
      return 0.5 * x *
             (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) *
                            (x + 0.044715 * x * x * x)));
    case Kind::kSoftplus:
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
  }
  return 0;
}

TEST(VectorKernels, ActivationsOverTheWholeRange) {
  std::vector<float> x;
  for (float v = 1e-8f; v < 200; v *= 1.37f) {
    x.push_back(v);
    x.push_back(-v);
  }
  x.push_back(0.0f);
  for (float v = -12; v < 12; v += 0.0137f) x.push_back(v);
  for (const VectorKernels* set : Sets()) {
    for (int k = 0; k <= static_cast<int>(Activation::Kind::kSoftplus); ++k) {
      Activation f;
      f.kind = static_cast<Activation::Kind>(k);
      f.alpha = f.kind == Activation::Kind::kClip ? -0.5f : 0.7f;
      f.beta = 3.0f;
      std::vector<float> y(x.size());
      set->activate(f, x.data(), y.data(), static_cast<int64_t>(x.size()));
      for (size_t i = 0; i < x.size(); ++i) {
        const double want =
            Exact(f.kind, f.alpha, f.beta, static_cast<double>(x[i]));
        // GELU multiplies what 1 + erf has lost by x.
        const bool gelu = f.kind == Activation::Kind::kGeluErf ||
                          f.kind == Activation::Kind::kGeluTanh;
        const double factor =
            gelu ? std::fabs(static_cast<double>(x[i])) / 4 : 0.0;
        ASSERT_NEAR(static_cast<double>(y[i]), want,
                    4e-7 * (1 + std::max(factor, std::fabs(want))))
            << "activation " << k << " at " << x[i];
        ASSERT_NEAR(static_cast<double>(Apply(f, x[i])), want,
                    4e-7 * (1 + std::fabs(want)))
            << "scalar activation " << k << " at " << x[i];
      }
    }
  }
}

TEST(VectorKernels, ActivationsKeepNanAndInfinity) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> x(9, std::numeric_limits<float>::quiet_NaN());
  for (const VectorKernels* set : Sets()) {
    for (int k = 0; k <= static_cast<int>(Activation::Kind::kGeluTanh); ++k) {
      Activation f;
      f.kind = static_cast<Activation::Kind>(k);
      f.beta = 1.0f;
      std::vector<float> y(x.size());
      set->activate(f, x.data(), y.data(), 9);
      for (const float v : y) EXPECT_TRUE(std::isnan(v)) << k;
    }
    Activation sigmoid;
    sigmoid.kind = Activation::Kind::kSigmoid;
    const float ends[2] = {-inf, inf};
    float y[2];
    set->activate(sigmoid, ends, y, 2);
    EXPECT_EQ(y[0], 0.0f);
    EXPECT_EQ(y[1], 1.0f);
  }
}

TEST(VectorKernels, RowsOfEveryLength) {
  for (const VectorKernels* set : Sets()) {
    for (int64_t count = 1; count < 70; ++count) {
      std::vector<float> x(static_cast<size_t>(count) + 1, 99.0f);
      double sum = 0;
      for (int64_t i = 0; i < count; ++i) {
        x[static_cast<size_t>(i)] =
            static_cast<float>(std::sin(static_cast<double>(i * i)) * 5);
        sum += std::exp(static_cast<double>(x[static_cast<size_t>(i)]));
      }
      std::vector<float> y(x.size(), -7.0f);
      set->softmax(x.data(), nullptr, 1.0f, y.data(), count, false);
      std::vector<float> z(x.size(), -7.0f);
      set->scale_row(x.data(), 2.0f, 1.0f, -1.0f, 6.0f, z.data(), count);
      for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
        const double v = static_cast<double>(x[i]);
        ASSERT_NEAR(static_cast<double>(y[i]), std::exp(v) / sum, 1e-6);
        ASSERT_NEAR(static_cast<double>(z[i]),
                    std::fmin(std::fmax(2 * v + 1, -1), 6), 1e-6);
      }
      // Nothing beyond the row is written.
      EXPECT_EQ(y.back(), -7.0f);
      EXPECT_EQ(z.back(), -7.0f);
    }
  }
}

// Values that differ in the last places of their mean, times a large scale.
TEST(VectorKernels, CentredRowsKeepTheirDigits) {
  for (const VectorKernels* set : Sets()) {
    for (int64_t count = 1; count < 40; ++count) {
      std::vector<float> x(static_cast<size_t>(count));
      double sum = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        x[i] = 3.0f + static_cast<float>(i % 3) * 0x1p-21f;
        sum += static_cast<double>(x[i]);
      }
      const double mean = sum / static_cast<double>(count);
      std::vector<float> y(x.size() + 1, -7.0f);
      set->centre_row(x.data(), mean, 5000.0f, -1.5f, y.data(), count);
      for (size_t i = 0; i < x.size(); ++i) {
        const double want = (static_cast<double>(x[i]) - mean) * 5000.0 - 1.5;
        ASSERT_NEAR(static_cast<double>(y[i]), want, 4e-7);
      }
      EXPECT_EQ(y.back(), -7.0f);
    }
  }
}

TEST(VectorKernels, GemmTilesOfEverySize) {
  for (const VectorKernels* set : Sets()) {
    const int64_t width = set->panel_columns;
    for (int64_t rows = 1; rows <= 2 * set->tile_rows + 1; ++rows) {
      for (const int64_t columns : {int64_t{1}, width / 2, width - 1, width}) {
        for (const int64_t depth : {0, 1, 5, 8}) {
          std::vector<float> a(static_cast<size_t>(rows * (depth + 1)), 0.5f);
          std::vector<float> b(static_cast<size_t>(depth * width) + 1, 2.0f);
          std::vector<float> bias(static_cast<size_t>(width), 3.0f);
          std::vector<float> c(static_cast<size_t>(rows * (width + 1)), 9.0f);
          GemmTile tile = {};
          tile.a = a.data();
          tile.a_stride = depth + 1;
          tile.rows = rows;
          tile.panel = b.data();
          tile.panel_stride = width;
          tile.depth = depth;
          tile.c = c.data();
          tile.c_stride = width + 1;
          tile.columns = columns;
          tile.bias = bias.data();
          set->gemm_tile(tile);
          tile.accumulate = true;
          set->gemm_tile(tile);
          for (int64_t r = 0; r < rows; ++r) {
            for (int64_t j = 0; j <= width; ++j) {
              const float want =
                  j < columns ? 3.0f + 2.0f * static_cast<float>(depth) : 9.0f;
              ASSERT_EQ(c[static_cast<size_t>(r * (width + 1) + j)], want)
                  << rows << "x" << columns << "x" << depth;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace onnxifi::cpu
