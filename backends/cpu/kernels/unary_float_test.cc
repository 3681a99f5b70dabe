#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "backends/cpu/kernels/unary_kernel.h"

namespace onnxifi::cpu {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

float One(UnaryOp op, float x) {
  float y = 0;
  FindFloatUnary(op)(&x, &y, 1, {});
  return y;
}

// Distance in float32 units of the exact result.
double Ulps(float got, double exact) {
  const float nearest = static_cast<float>(exact);
  if (got == nearest) return 0;
  const double unit =
      std::max(static_cast<double>(std::nextafter(std::fabs(nearest), kInf)) -
                   std::fabs(static_cast<double>(nearest)),
               static_cast<double>(std::numeric_limits<float>::denorm_min()));
  return std::fabs(static_cast<double>(got) - exact) / unit;
}

// The worst error over a sweep of [low, high].
double WorstUlps(UnaryOp op, double (*exact)(double), float low, float high) {
  std::vector<float> x;
  constexpr int kSteps = 100003;
  for (int i = 0; i <= kSteps; ++i) {
    x.push_back(low + (high - low) * static_cast<float>(i) / kSteps);
  }
  std::vector<float> y(x.size());
  FindFloatUnary(op)(x.data(), y.data(), static_cast<int64_t>(x.size()), {});
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    worst = std::max(worst, Ulps(y[i], exact(x[i])));
  }
  return worst;
}

double ExactSigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double ExactSoftplus(double x) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

TEST(UnaryFloatTest, ErrorsAreAFewUnits) {
  EXPECT_LE(WorstUlps(UnaryOp::kExp, &std::exp, -87, 88.7f), 2);
  EXPECT_LE(WorstUlps(UnaryOp::kExp, &std::exp, -1, 1), 2);
  EXPECT_LE(WorstUlps(UnaryOp::kLog, &std::log, 1e-6f, 3), 2);
  EXPECT_LE(WorstUlps(UnaryOp::kLog, &std::log, 0.1f, 1e30f), 2);
  EXPECT_LE(WorstUlps(UnaryOp::kTanh, &std::tanh, -10, 10), 5);
  EXPECT_LE(WorstUlps(UnaryOp::kTanh, &std::tanh, -1e-3f, 1e-3f), 2);
  EXPECT_LE(WorstUlps(UnaryOp::kErf, &std::erf, -5, 5), 6);
  EXPECT_LE(WorstUlps(UnaryOp::kErf, &std::erf, -1e-3f, 1e-3f), 3);
  EXPECT_LE(WorstUlps(UnaryOp::kSigmoid, &ExactSigmoid, -80, 80), 4);
  EXPECT_LE(WorstUlps(UnaryOp::kSoftplus, &ExactSoftplus, -80, 80), 4);
}

TEST(UnaryFloatTest, ExtremesOfExpAndLog) {
  EXPECT_EQ(One(UnaryOp::kExp, kInf), kInf);
  EXPECT_EQ(One(UnaryOp::kExp, -kInf), 0);
  EXPECT_EQ(One(UnaryOp::kExp, 89), kInf);
  EXPECT_EQ(One(UnaryOp::kExp, 0), 1);
  EXPECT_LE(Ulps(One(UnaryOp::kExp, -100), std::exp(-100.0)), 1);  // subnormal
  EXPECT_EQ(One(UnaryOp::kLog, 0), -kInf);
  EXPECT_EQ(One(UnaryOp::kLog, kInf), kInf);
  EXPECT_EQ(One(UnaryOp::kLog, 1), 0);
  EXPECT_TRUE(std::isnan(One(UnaryOp::kLog, -1)));
  EXPECT_LE(Ulps(One(UnaryOp::kLog, 1e-40f), std::log(1e-40f)), 2);
  EXPECT_EQ(One(UnaryOp::kTanh, 50), 1);
  EXPECT_EQ(One(UnaryOp::kTanh, -kInf), -1);
  EXPECT_EQ(One(UnaryOp::kTanh, 9), 1);
  EXPECT_TRUE(std::signbit(One(UnaryOp::kTanh, -0.0f)));
  EXPECT_EQ(One(UnaryOp::kTanh, 1e-40f), 1e-40f);
  EXPECT_EQ(One(UnaryOp::kErf, -4), -1);
  EXPECT_EQ(One(UnaryOp::kErf, kInf), 1);
  EXPECT_EQ(One(UnaryOp::kSigmoid, -kInf), 0);
  EXPECT_EQ(One(UnaryOp::kSigmoid, kInf), 1);
}

TEST(UnaryFloatTest, NanStaysNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (int op = 0; op <= static_cast<int>(UnaryOp::kClamp); ++op) {
    const UnaryFn fn = FindFloatUnary(static_cast<UnaryOp>(op));
    ASSERT_NE(fn, nullptr) << op;
    // In the vector part and in the tail.
    std::vector<float> x(67, nan);
    fn(x.data(), x.data(), 67, {.alpha = 1, .beta = 2});
    // The text gives ThresholdedRelu 0 where x is not above the limit.
    const bool cut = op == static_cast<int>(UnaryOp::kThresholdedRelu);
    for (const float y : x) EXPECT_TRUE(cut ? y == 0 : std::isnan(y)) << op;
  }
}

TEST(UnaryFloatTest, FloatAndDoubleAgree) {
  std::vector<float> x;
  std::vector<double> exact;
  for (int i = -300; i <= 300; ++i) {
    x.push_back(static_cast<float>(i) / 31);
    exact.push_back(x.back());
  }
  const UnaryParams params{.alpha = 0.75f, .beta = 1.5f};
  const auto count = static_cast<int64_t>(x.size());
  for (int op = 0; op <= static_cast<int>(UnaryOp::kClamp); ++op) {
    std::vector<float> y(x.size());
    std::vector<double> z(x.size());
    FindFloatUnary(static_cast<UnaryOp>(op))(x.data(), y.data(), count, params);
    FindDoubleUnary(static_cast<UnaryOp>(op))(exact.data(), z.data(), count,
                                              params);
    for (size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(z[i])) {
        EXPECT_TRUE(std::isnan(y[i])) << op << " of " << x[i];
      } else if (std::isinf(z[i])) {
        EXPECT_EQ(y[i], z[i]) << op << " of " << x[i];
      } else {
        EXPECT_NEAR(y[i], z[i], 1e-6 + 2e-6 * std::fabs(z[i]))
            << op << " of " << x[i];
      }
    }
  }
}

}  // namespace
}  // namespace onnxifi::cpu
