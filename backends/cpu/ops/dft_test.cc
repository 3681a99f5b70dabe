// DFT, STFT, windows, Det, MeanVarianceNormalization.
#include <gtest/gtest.h>

#include <cmath>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

void ExpectNear(const Floats& got, const Floats& wanted, float limit = 1e-5F) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], wanted[i], limit) << i;
  }
}

// The sum of the definition, in double.
Floats Definition(const Floats& x, int64_t length, double sign) {
  Floats out;
  for (int64_t k = 0; k < length; ++k) {
    double re = 0;
    double im = 0;
    for (int64_t t = 0; t < length && 2 * t < std::ssize(x); ++t) {
      const double angle = sign * 2 * M_PI * static_cast<double>(k * t) /
                           static_cast<double>(length);
      const double a = x[static_cast<size_t>(2 * t)];
      const double b = x[static_cast<size_t>(2 * t + 1)];
      re += a * std::cos(angle) - b * std::sin(angle);
      im += a * std::sin(angle) + b * std::cos(angle);
    }
    out.push_back(static_cast<float>(re));
    out.push_back(static_cast<float>(im));
  }
  return out;
}

TEST(DftTest, EveryLengthMatchesTheDefinition) {
  for (const int64_t n : {1, 2, 3, 4, 5, 6, 8, 12, 17, 40}) {
    Floats x;
    for (int64_t i = 0; i < 2 * n; ++i) {
      x.push_back(static_cast<float>((i * 7 + 3) % 11) - 5);
    }
    OpTester t(kAllOps, "DFT", 20);
    t.Input<float>({1, n, 2}, x);
    ASSERT_TRUE(t.Run().ok());
    ExpectNear(t.Output<float>(0), Definition(x, n, -1), 1e-4F);
    OpTester back(kAllOps, "DFT", 20);
    back.Input<float>({1, n, 2}, t.Output<float>(0)).AttrInt("inverse", 1);
    ASSERT_TRUE(back.Run().ok());
    ExpectNear(back.Output<float>(0), x, 1e-4F);
  }
}

TEST(DftTest, OneSidedThereAndBack) {
  const Floats x = {1, -2, 3, 5, 0, 4};
  OpTester t(kAllOps, "DFT", 17);
  t.Input<float>({1, 6, 1}, x).AttrInt("onesided", 1).AttrInt("axis", 1);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{1, 4, 2}));
  OpTester back(kAllOps, "DFT", 20);
  back.Input<float>({1, 4, 2}, t.Output<float>(0));
  back.AttrInt("onesided", 1).AttrInt("inverse", 1);
  ASSERT_TRUE(back.Run().ok());
  EXPECT_EQ(back.OutputShape(0), (Shape{1, 6, 1}));
  ExpectNear(back.Output<float>(0), x);
}

TEST(DftTest, LengthPadsAndAxisIsAnInput) {
  OpTester t(kAllOps, "DFT", 20);
  t.Input<float>({2, 1, 1}, {1, 2}).Constant<int64_t>({}, {4});
  t.Constant<int64_t>({}, {0});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{4, 1, 2}));
  ExpectNear(t.Output<float>(0), {3, 0, 1, -2, -1, 0, 1, 2});
}

TEST(StftTest, FramesAreWindowed) {
  OpTester t(kAllOps, "STFT", 17);
  t.Input<float>({1, 4, 1}, {1, 2, 3, 4}).Constant<int64_t>({}, {2});
  t.Input<float>({2}, {1, 10});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{1, 2, 2, 2}));
  ExpectNear(t.Output<float>(0), {21, 0, -19, 0, 43, 0, -37, 0});
}

TEST(HannWindowTest, PeriodicAndSymmetric) {
  OpTester periodic(kAllOps, "HannWindow", 17);
  periodic.Constant<int64_t>({}, {4});
  ASSERT_TRUE(periodic.Run().ok());
  ExpectNear(periodic.Output<float>(0), {0, 0.5F, 1, 0.5F});
  OpTester symmetric(kAllOps, "HannWindow", 17);
  symmetric.Constant<int32_t>({}, {3}).AttrInt("periodic", 0);
  ASSERT_TRUE(symmetric.Run().ok());
  ExpectNear(symmetric.Output<float>(0), {0, 1, 0});
}

TEST(DetTest, PivotsAndSingular) {
  OpTester t(kAllOps, "Det", 11);
  t.Input<float>({2, 2, 2}, {0, 2, 3, 4, 1, 2, 2, 4});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {-6, 0});
}

TEST(MeanVarianceNormalizationTest, ChosenAxes) {
  OpTester t(kAllOps, "MeanVarianceNormalization", 13);
  t.Input<float>({2, 2}, {1, 10, 3, 30}).AttrInts("axes", {0});
  ASSERT_TRUE(t.Run().ok());
  ExpectNear(t.Output<float>(0), {-1, -1, 1, 1});
}

}  // namespace
}  // namespace onnxifi::cpu
