#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/testing/graph_builder.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using graph::ValueId;
using onnxifi::testing::OpTester;
using testing::Count;
using testing::FloatAttribute;
using testing::GraphBuilder;
using testing::IntAttribute;
using testing::MaxError;
using testing::Noise;

std::vector<double> ReferenceLrn(const std::vector<float>& x, const Shape& dims,
                                 int64_t size, double alpha, double beta,
                                 double bias) {
  const int64_t points = dims[2] * dims[3];
  std::vector<double> y;
  for (int64_t i = 0; i < Count(dims); ++i) {
    const int64_t c = i / points % dims[1];
    double sum = 0;
    for (int64_t j = c - (size - 1) / 2; j <= c + size / 2; ++j) {
      if (j < 0 || j >= dims[1]) continue;
      const double v =
          static_cast<double>(x[static_cast<size_t>(i + (j - c) * points)]);
      sum += v * v;
    }
    y.push_back(
        static_cast<double>(x[static_cast<size_t>(i)]) *
        std::pow(bias + alpha / static_cast<double>(size) * sum, -beta));
  }
  return y;
}

void ExpectNear(const std::vector<float>& got, const std::vector<double>& want,
                double limit) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(got[i]), want[i],
                limit * (1 + std::fabs(want[i])))
        << i;
  }
}

TEST(Lrn, BothLayoutsMatchTheDefinition) {
  for (const int64_t channels : {24, 13, 3}) {
    for (const int64_t size : {5, 4, 1, 9}) {
      for (const float beta : {0.75f, 0.5f}) {
        const Shape dims = {2, channels, 9, 11};
        GraphBuilder b;
        const ValueId x = b.Input({2, 16, 9, 11}, 1);
        const ValueId conv =
            b.Op("Conv", {x, b.NoiseConstant({channels, 16, 1, 1}, 2)}, dims);
        b.Output(conv);
        b.Output(
            b.Op("LRN", {conv}, dims,
                 {IntAttribute("size", size), FloatAttribute("alpha", 0.3f),
                  FloatAttribute("beta", beta), FloatAttribute("bias", 1.5f)}));
        const auto got = b.Run(true, 3);
        const auto want =
            ReferenceLrn(got[0], dims, size, static_cast<double>(0.3f),
                         static_cast<double>(beta), 1.5);
        ExpectNear(got[1], want, 2e-6);
        OpTester t(kAllOps, "LRN", 13);
        t.Input<float>(dims, got[0]).AttrInt("size", size);
        t.AttrFloat("alpha", 0.3f).AttrFloat("beta", beta);
        t.AttrFloat("bias", 1.5f);
        ASSERT_TRUE(t.Run().ok());
        ExpectNear(t.Output<float>(0), want, 2e-6);
      }
    }
  }
}

std::vector<double> ReferenceSoftmax(const std::vector<float>& x, int64_t outer,
                                     int64_t axis, int64_t inner,
                                     bool logarithm) {
  std::vector<double> y(x.size());
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      const auto at = [&](int64_t k) {
        return static_cast<size_t>((o * axis + k) * inner + i);
      };
      double peak = -1e300;
      double sum = 0;
      for (int64_t k = 0; k < axis; ++k) {
        peak = std::max(peak, static_cast<double>(x[at(k)]));
      }
      for (int64_t k = 0; k < axis; ++k) {
        sum += std::exp(static_cast<double>(x[at(k)]) - peak);
      }
      for (int64_t k = 0; k < axis; ++k) {
        const double shifted = static_cast<double>(x[at(k)]) - peak;
        y[at(k)] =
            logarithm ? shifted - std::log(sum) : std::exp(shifted) / sum;
      }
    }
  }
  return y;
}

TEST(Softmax, AxisRulesOfBothVersions) {
  const Shape dims = {3, 5, 37};
  std::vector<float> x = Noise(Count(dims), 1);
  for (float& v : x) v *= 10;
  for (const bool logarithm : {false, true}) {
    const char* op = logarithm ? "LogSoftmax" : "Softmax";
    for (const int64_t axis : {0, 1, 2, -1, -2}) {
      for (const int opset : {11, 13}) {
        OpTester t(kAllOps, op, opset);
        t.Input<float>(dims, x).AttrInt("axis", axis);
        ASSERT_TRUE(t.Run().ok());
        const size_t a = static_cast<size_t>(axis < 0 ? axis + 3 : axis);
        const int64_t outer = Count({dims.begin(), dims.begin() + a});
        const int64_t rest = Count({dims.begin() + a, dims.end()});
        const auto want = opset < 13
                              ? ReferenceSoftmax(x, outer, rest, 1, logarithm)
                              : ReferenceSoftmax(x, outer, dims[a],
                                                 rest / dims[a], logarithm);
        ExpectNear(t.Output<float>(0), want, 2e-6);
      }
    }
  }
}

TEST(Softmax, InfinitiesAndEmptyRows) {
  const float inf = std::numeric_limits<float>::infinity();
  OpTester t(kAllOps, "Softmax", 13);
  t.Input<float>({2, 3}, {-inf, 0, -inf, 1, 1, -10000});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (std::vector<float>{0, 1, 0, 0.5, 0.5, 0}));
  OpTester empty(kAllOps, "Softmax", 13);
  empty.Input<float>({2, 0}, {});
  EXPECT_TRUE(empty.Run().ok());
}

TEST(Hardmax, FirstOfEqualsWins) {
  OpTester t(kAllOps, "Hardmax", 13);
  t.Input<float>({2, 3}, {1, 3, 3, 5, 2, 1});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (std::vector<float>{0, 1, 0, 1, 0, 0}));
}

TEST(LayerNormalization, ValuesAndStatistics) {
  for (const int64_t width : {1, 7, 64, 771}) {
    const std::vector<float> x = Noise(5 * width, 1);
    const std::vector<float> gain = Noise(width, 2);
    const std::vector<float> shift = Noise(width, 3);
    OpTester t(kAllOps, "LayerNormalization", 17);
    t.Input<float>({5, width}, x).Input<float>({width}, gain);
    t.Input<float>({width}, shift).AttrFloat("epsilon", 1e-3f);
    t.Outputs({DataType::kFloat, DataType::kFloat, DataType::kFloat});
    ASSERT_TRUE(t.Run().ok());
    std::vector<double> want, means, deviations;
    for (int64_t r = 0; r < 5; ++r) {
      double mean = 0;
      double squares = 0;
      for (int64_t i = 0; i < width; ++i) {
        mean += static_cast<double>(x[static_cast<size_t>(r * width + i)]);
      }
      mean /= static_cast<double>(width);
      for (int64_t i = 0; i < width; ++i) {
        const double d =
            static_cast<double>(x[static_cast<size_t>(r * width + i)]) - mean;
        squares += d * d;
      }
      const double inverse =
          1 / std::sqrt(squares / static_cast<double>(width) +
                        static_cast<double>(1e-3f));
      for (int64_t i = 0; i < width; ++i) {
        const size_t k = static_cast<size_t>(i);
        want.push_back(
            (static_cast<double>(x[static_cast<size_t>(r * width + i)]) -
             mean) *
                inverse * static_cast<double>(gain[k]) +
            static_cast<double>(shift[k]));
      }
      means.push_back(mean);
      deviations.push_back(inverse);
    }
    ExpectNear(t.Output<float>(0), want, 3e-6);
    ExpectNear(t.Output<float>(1), means, 3e-6);
    ExpectNear(t.Output<float>(2), deviations, 3e-6);
    EXPECT_EQ(t.OutputShape(1), (Shape{5, 1}));
  }
}

TEST(BatchNormalization, TrainingUpdatesStatistics) {
  OpTester t(kAllOps, "BatchNormalization", 15);
  t.Input<float>({2, 1, 2}, {1, 2, 3, 6});
  t.Input<float>({1}, {2}).Input<float>({1}, {0.5f});
  t.Input<float>({1}, {10}).Input<float>({1}, {4});
  t.AttrInt("training_mode", 1).AttrFloat("momentum", 0.75f);
  t.AttrFloat("epsilon", 0.0f);
  t.Outputs({DataType::kFloat, DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  // Mean 3, population variance 3.5.
  std::vector<double> want;
  for (const double x : {1, 2, 3, 6}) {
    want.push_back(0.5 + 2 * (x - 3) / std::sqrt(3.5));
  }
  ExpectNear(t.Output<float>(0), want, 1e-6);
  EXPECT_FLOAT_EQ(t.Output<float>(1)[0], 10 * 0.75f + 3 * 0.25f);
  EXPECT_FLOAT_EQ(t.Output<float>(2)[0], 4 * 0.75f + 3.5f * 0.25f);
}

TEST(BatchNormalization, TrainingOutputsOfOldVersionsAreRefused) {
  OpTester t(kAllOps, "BatchNormalization", 9);
  t.Input<float>({1, 1, 2}, {1, 2});
  for (int i = 0; i < 4; ++i) t.Input<float>({1}, {1});
  t.Outputs({DataType::kFloat, DataType::kFloat});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(InstanceNormalization, EachImageAndChannelOnItsOwn) {
  const std::vector<float> x = Noise(2 * 3 * 50, 1);
  OpTester t(kAllOps, "InstanceNormalization", 6);
  t.Input<float>({2, 3, 50}, x);
  t.Input<float>({3}, {1, 2, 3}).Input<float>({3}, {0, -1, 1});
  ASSERT_TRUE(t.Run().ok());
  std::vector<double> want;
  for (size_t row = 0; row < 6; ++row) {
    double mean = 0;
    double squares = 0;
    for (size_t i = 0; i < 50; ++i)
      mean += static_cast<double>(x[row * 50 + i]);
    mean /= 50;
    for (size_t i = 0; i < 50; ++i) {
      const double d = static_cast<double>(x[row * 50 + i]) - mean;
      squares += d * d;
    }
    const double gain[] = {1, 2, 3};
    const double shift[] = {0, -1, 1};
    for (size_t i = 0; i < 50; ++i) {
      want.push_back((static_cast<double>(x[row * 50 + i]) - mean) /
                         std::sqrt(squares / 50 + 1e-5) * gain[row % 3] +
                     shift[row % 3]);
    }
  }
  ExpectNear(t.Output<float>(0), want, 3e-6);
}

}  // namespace
}  // namespace onnxifi::cpu
