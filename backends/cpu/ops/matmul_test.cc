#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "backends/common/fusion/activation.h"
#include "backends/common/fusion/passes.h"
#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;

std::vector<float> Noise(int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = normal(random);
  return values;
}

std::vector<double> Product(const std::vector<float>& a,
                            const std::vector<float>& b, int64_t m, int64_t n,
                            int64_t k) {
  std::vector<double> c(static_cast<size_t>(m * n));
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      for (int64_t x = 0; x < k; ++x) {
        c[static_cast<size_t>(i * n + j)] +=
            static_cast<double>(a[static_cast<size_t>(i * k + x)]) *
            b[static_cast<size_t>(x * n + j)];
      }
    }
  }
  return c;
}

void ExpectNear(const std::vector<float>& got,
                const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], expected[i], 1e-4 + 1e-5 * std::abs(expected[i])) << i;
  }
}

TEST(MatMulTest, DynamicAndConstantRightSide) {
  const auto a = Noise(7 * 33, 1), b = Noise(33 * 21, 2);
  const auto expected = Product(a, b, 7, 21, 33);
  for (const bool constant : {false, true}) {
    OpTester t(kAllOps, "MatMul", 13);
    t.Input<float>({7, 33}, a);
    if (constant) {
      t.Constant<float>({33, 21}, b);
    } else {
      t.Input<float>({33, 21}, b);
    }
    const Status status = t.Run();
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(t.OutputShape(0), Shape({7, 21}));
    ExpectNear(t.Output<float>(0), expected);
  }
}

TEST(MatMulTest, BatchesBroadcast) {
  const auto a = Noise(3 * 1 * 2 * 5, 3), b = Noise(4 * 5 * 6, 4);
  OpTester t(kAllOps, "MatMul", 13);
  t.Input<float>({3, 1, 2, 5}, a).Input<float>({4, 5, 6}, b);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), Shape({3, 4, 2, 6}));
  std::vector<double> expected;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      const std::vector<float> ai(a.begin() + i * 10, a.begin() + i * 10 + 10);
      const std::vector<float> bj(b.begin() + j * 30, b.begin() + j * 30 + 30);
      const auto c = Product(ai, bj, 2, 6, 5);
      expected.insert(expected.end(), c.begin(), c.end());
    }
  }
  ExpectNear(t.Output<float>(0), expected);
}

TEST(MatMulTest, VectorsFollowNumpy) {
  OpTester dot(kAllOps, "MatMul", 13);
  dot.Input<float>({3}, {1, 2, 3}).Input<float>({3}, {4, 5, 6});
  ASSERT_TRUE(dot.Run().ok());
  EXPECT_EQ(dot.OutputShape(0), Shape({}));
  EXPECT_EQ(dot.Output<float>(0), std::vector<float>({32}));

  OpTester row(kAllOps, "MatMul", 13);
  row.Input<float>({2}, {1, 2})
      .Input<float>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_TRUE(row.Run().ok());
  EXPECT_EQ(row.OutputShape(0), Shape({2, 2}));
  EXPECT_EQ(row.Output<float>(0), std::vector<float>({7, 10, 19, 22}));
}

TEST(MatMulTest, EmptyInnerDimensionGivesZeros) {
  OpTester t(kAllOps, "MatMul", 13);
  t.Input<float>({2, 0}, {}).Input<float>({0, 3}, {});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), std::vector<float>(6, 0.0f));
}

TEST(MatMulTest, IntegersWrapAndDoublesKeepPrecision) {
  OpTester ints(kAllOps, "MatMul", 13);
  ints.Input<int32_t>({1, 2}, {INT32_MAX, 2}).Input<int32_t>({2, 1}, {2, 3});
  ints.Outputs({DataType::kInt32});
  ASSERT_TRUE(ints.Run().ok());
  EXPECT_EQ(ints.Output<int32_t>(0), std::vector<int32_t>({4}));

  OpTester doubles(kAllOps, "MatMul", 13);
  doubles.Input<double>({1, 2}, {1e16, 1}).Input<double>({2, 1}, {1, 1});
  doubles.Outputs({DataType::kDouble});
  ASSERT_TRUE(doubles.Run().ok());
  EXPECT_EQ(doubles.Output<double>(0), std::vector<double>({1e16 + 1}));
}

TEST(MatMulTest, MismatchIsNamed) {
  OpTester t(kAllOps, "MatMul", 13);
  t.Input<float>({2, 3}, Noise(6, 1)).Input<float>({4, 2}, Noise(8, 1));
  const Status status = t.Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(status.message().find("2x3"), std::string::npos);
}

struct GemmForm {
  bool trans_a, trans_b;
  Shape c;
  float alpha, beta;
};

TEST(GemmTest, EveryFormOfCAndTransposition) {
  const GemmForm forms[] = {
      {false, false, {}, 1, 1},     {false, true, {4}, 1, 1},
      {true, false, {1, 4}, 2, 1},  {true, true, {3, 4}, 1, 1},
      {false, false, {3, 1}, 1, 1}, {false, true, {1}, 0.5f, 2},
      {false, true, {4}, 1, 0.5f},  {true, false, {3, 4}, 1, -1},
      {false, false, {4}, 1, 0},
  };
  const auto a = Noise(3 * 5, 5), b = Noise(5 * 4, 6);
  for (const GemmForm& form : forms) {
    for (const bool constant : {false, true}) {
      OpTester t(kAllOps, "Gemm", 13);
      std::vector<float> a_in(15), b_in(20);
      for (size_t i = 0; i < 15; ++i) {
        a_in[form.trans_a ? i % 5 * 3 + i / 5 : i] = a[i];
      }
      for (size_t i = 0; i < 20; ++i) {
        b_in[form.trans_b ? i % 4 * 5 + i / 4 : i] = b[i];
      }
      t.Input<float>(form.trans_a ? Shape{5, 3} : Shape{3, 5}, a_in);
      const Shape b_shape = form.trans_b ? Shape{4, 5} : Shape{5, 4};
      if (constant) {
        t.Constant<float>(b_shape, b_in);
      } else {
        t.Input<float>(b_shape, b_in);
      }
      int64_t c_count = 1;
      for (const int64_t dim : form.c) c_count *= dim;
      const auto c = Noise(c_count, 7);
      if (!form.c.empty()) t.Input<float>(form.c, c);
      t.AttrInt("transA", form.trans_a).AttrInt("transB", form.trans_b);
      t.AttrFloat("alpha", form.alpha).AttrFloat("beta", form.beta);
      ASSERT_TRUE(t.Run().ok());
      auto expected = Product(a, b, 3, 4, 5);
      for (size_t i = 0; i < 12; ++i) {
        expected[i] *= form.alpha;
        if (form.c.empty()) continue;
        const size_t columns = static_cast<size_t>(form.c.back());
        const size_t rows =
            form.c.size() == 2 ? static_cast<size_t>(form.c[0]) : 1;
        const size_t at =
            (rows == 1 ? 0 : i / 4) * columns + (columns == 1 ? 0 : i % 4);
        expected[i] += form.beta * c[at];
      }
      ExpectNear(t.Output<float>(0), expected);
    }
  }
}

TEST(FusedMatMulTest, BiasAndActivation) {
  const auto a = Noise(6 * 8, 8), b = Noise(8 * 40, 9), bias = Noise(40, 10);
  OpTester t(kAllOps, "FusedMatMul", 1, kFusedDomain);
  t.Input<float>({6, 8}, a).Constant<float>({8, 40}, b);
  t.Constant<float>({40}, bias);
  t.AttrInt("activation", static_cast<int>(Activation::Kind::kRelu));
  ASSERT_TRUE(t.Run().ok());
  auto expected = Product(a, b, 6, 40, 8);
  for (size_t i = 0; i < expected.size(); ++i) {
    expected[i] = std::max(0.0, expected[i] + bias[i % 40]);
  }
  ExpectNear(t.Output<float>(0), expected);
}

}  // namespace
}  // namespace onnxifi::cpu
