#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/kernels/half.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using testing::OpTester;

constexpr int kOpset = 28;

std::vector<std::byte> HalfBytes(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * 2);
  for (size_t i = 0; i < values.size(); ++i) {
    const Float16 half = ToFloat16(values[i]);
    std::memcpy(bytes.data() + 2 * i, &half, 2);
  }
  return bytes;
}

std::vector<float> HalfValues(const std::vector<std::byte>& bytes) {
  std::vector<float> values(bytes.size() / 2);
  for (size_t i = 0; i < values.size(); ++i) {
    Float16 half{};
    std::memcpy(&half, bytes.data() + 2 * i, 2);
    values[i] = ToFloat(half);
  }
  return values;
}

// An operator and its definition in double.
struct Case {
  const char* op;
  std::function<double(double)> exact;
  double low = -4;
  double high = 4;
  int min_opset = 1;
};

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double Softplus(double x) { return std::log1p(std::exp(x)); }

std::vector<Case> Cases() {
  const auto neg = [](auto scale, auto f) {
    return [=](double x) { return x < 0 ? scale * f(x) : x; };
  };
  const auto expm1 = [](double x) { return std::expm1(x); };
  return {
      {"Abs", [](double x) { return std::fabs(x); }},
      {"Neg", [](double x) { return -x; }},
      {"Sign", [](double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0); }},
      {"Relu", [](double x) { return std::max(x, 0.0); }},
      {"Sqrt", [](double x) { return std::sqrt(x); }, 0.01},
      {"Reciprocal", [](double x) { return 1 / x; }, 0.5},
      {"Exp", [](double x) { return std::exp(x); }},
      {"Log", [](double x) { return std::log(x); }, 0.01},
      {"Floor", [](double x) { return std::floor(x); }},
      {"Ceil", [](double x) { return std::ceil(x); }},
      {"Round", [](double x) { return std::nearbyint(x); }},
      {"Erf", [](double x) { return std::erf(x); }},
      {"Sin", [](double x) { return std::sin(x); }},
      {"Cos", [](double x) { return std::cos(x); }},
      {"Tan", [](double x) { return std::tan(x); }, -1, 1},
      {"Asin", [](double x) { return std::asin(x); }, -1, 1},
      {"Acos", [](double x) { return std::acos(x); }, -1, 1},
      {"Atan", [](double x) { return std::atan(x); }},
      {"Sinh", [](double x) { return std::sinh(x); }},
      {"Cosh", [](double x) { return std::cosh(x); }},
      {"Tanh", [](double x) { return std::tanh(x); }},
      {"Asinh", [](double x) { return std::asinh(x); }},
      {"Acosh", [](double x) { return std::acosh(x); }, 1.1},
      {"Atanh", [](double x) { return std::atanh(x); }, -0.9, 0.9},
      {"Sigmoid", &Sigmoid},
      {"HardSigmoid",
       [](double x) { return std::min(1.0, std::max(0.0, 0.2 * x + 0.5)); }},
      {"HardSwish",
       [](double x) { return x * std::min(1.0, std::max(0.0, x / 6 + 0.5)); }},
      {"Swish", [](double x) { return x * Sigmoid(x); }},
      {"Mish", [](double x) { return x * std::tanh(Softplus(x)); }},
      {"LeakyRelu", neg(0.01, [](double x) { return x; })},
      {"ThresholdedRelu", [](double x) { return x > 1 ? x : 0.0; }},
      {"Elu", neg(1.0, expm1)},
      {"Selu",
       [=](double x) {
         return 1.05070102214813232 * neg(1.67326319217681885, expm1)(x);
       }},
      {"Celu", neg(1.0, expm1)},
      {"Softplus", &Softplus},
      {"Softsign", [](double x) { return x / (1 + std::fabs(x)); }},
      {"Gelu",
       [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
  };
}

std::vector<double> Sweep(const Case& c) {
  std::vector<double> x(101);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = c.low + (c.high - c.low) * static_cast<double>(i) / 100;
  }
  return x;
}

TEST(UnaryTest, FloatFollowsTheDefinition) {
  for (const Case& c : Cases()) {
    const std::vector<double> sweep = Sweep(c);
    const std::vector<float> x(sweep.begin(), sweep.end());
    OpTester t(kAllOps, c.op, kOpset);
    t.Input<float>({101}, x).Outputs({DataType::kFloat});
    const Status status = t.Run();
    ASSERT_TRUE(status.ok()) << c.op << status.message();
    const std::vector<float> y = t.Output<float>(0);
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = c.exact(x[i]);
      EXPECT_NEAR(y[i], exact, 1e-6 * (1 + std::fabs(exact))) << c.op << x[i];
    }
  }
}

TEST(UnaryTest, DoubleFollowsTheDefinition) {
  for (const Case& c : Cases()) {
    const std::vector<double> x = Sweep(c);
    OpTester t(kAllOps, c.op, kOpset);
    t.Input<double>({101}, x).Outputs({DataType::kDouble});
    ASSERT_TRUE(t.Run().ok()) << c.op;
    const std::vector<double> y = t.Output<double>(0);
    // Attributes are float32 numbers.
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = c.exact(x[i]);
      EXPECT_NEAR(y[i], exact, 1e-7 * (1 + std::fabs(exact))) << c.op << x[i];
    }
  }
}

TEST(UnaryTest, Float16RoundsTheFloatResult) {
  for (const Case& c : Cases()) {
    const std::vector<double> sweep = Sweep(c);
    const std::vector<std::byte> bytes =
        HalfBytes(std::vector<float>(sweep.begin(), sweep.end()));
    const std::vector<float> x = HalfValues(bytes);
    OpTester t(kAllOps, c.op, kOpset);
    t.RawInput(DataType::kFloat16, {101}, bytes, false)
        .Outputs({DataType::kFloat16});
    ASSERT_TRUE(t.Run().ok()) << c.op;
    const std::vector<float> y = HalfValues(t.OutputBytes(0));
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = c.exact(x[i]);
      EXPECT_NEAR(y[i], exact, 5e-4 * (1e-3 + std::fabs(exact)) + 1e-6)
          << c.op << x[i];
    }
  }
}

TEST(UnaryTest, AttributesReplaceDefaults) {
  const auto run = [](OpTester t) {
    EXPECT_TRUE(t.Input<float>({4}, {-2, -0.5, 0.5, 3}).Run().ok());
    return t.Output<float>(0);
  };
  const auto op = [](const char* name) { return OpTester(kAllOps, name, 22); };
  EXPECT_EQ(run(op("LeakyRelu").AttrFloat("alpha", 0.5f)),
            (std::vector<float>{-1, -0.25, 0.5, 3}));
  EXPECT_EQ(run(op("ThresholdedRelu").AttrFloat("alpha", 2)),
            (std::vector<float>{0, 0, 0, 3}));
  EXPECT_EQ(run(op("HardSigmoid").AttrFloat("alpha", 1).AttrFloat("beta", 0)),
            (std::vector<float>{0, 0, 0.5, 1}));
  EXPECT_NEAR(run(op("Elu").AttrFloat("alpha", 2))[0], 2 * std::expm1(-2.0),
              1e-6);
  EXPECT_NEAR(run(op("Celu").AttrFloat("alpha", 2))[0], 2 * std::expm1(-1.0),
              1e-6);
  EXPECT_NEAR(run(op("Gelu").AttrString("approximate", "tanh"))[3], 2.99636,
              1e-4);
  EXPECT_NEAR(run(op("Shrink").AttrFloat("lambd", 1).AttrFloat("bias", 0.5))[3],
              2.5, 1e-6);
}

TEST(UnaryTest, IntegersWrap) {
  constexpr int8_t kLowest = std::numeric_limits<int8_t>::min();
  OpTester abs(kAllOps, "Abs", kOpset);
  abs.Outputs({DataType::kInt8});
  ASSERT_TRUE(abs.Input<int8_t>({4}, {-3, 0, 7, kLowest}).Run().ok());
  EXPECT_EQ(abs.Output<int8_t>(0), (std::vector<int8_t>{3, 0, 7, kLowest}));
  OpTester neg(kAllOps, "Neg", kOpset);
  neg.Outputs({DataType::kInt64});
  ASSERT_TRUE(neg.Input<int64_t>({3}, {-3, 0, INT64_MIN}).Run().ok());
  EXPECT_EQ(neg.Output<int64_t>(0), (std::vector<int64_t>{3, 0, INT64_MIN}));
  OpTester sign(kAllOps, "Sign", kOpset);
  ASSERT_TRUE(sign.Input<int32_t>({3}, {-9, 0, 4}).Run().ok());
  EXPECT_EQ(sign.Output<int32_t>(0), (std::vector<int32_t>{-1, 0, 1}));
  OpTester relu(kAllOps, "Relu", kOpset);
  relu.Outputs({DataType::kInt16});
  ASSERT_TRUE(relu.Input<int16_t>({3}, {-9, 0, 4}).Run().ok());
  EXPECT_EQ(relu.Output<int16_t>(0), (std::vector<int16_t>{0, 0, 4}));
  OpTester flip(kAllOps, "BitwiseNot", kOpset);
  flip.Outputs({DataType::kUint8});
  ASSERT_TRUE(flip.Input<uint8_t>({2}, {0, 0x0F}).Run().ok());
  EXPECT_EQ(flip.Output<uint8_t>(0), (std::vector<uint8_t>{0xFF, 0xF0}));
  OpTester no(kAllOps, "Not", kOpset);
  no.Outputs({DataType::kBool});
  ASSERT_TRUE(no.Input<bool>({2}, {true, false}).Run().ok());
  EXPECT_EQ(no.Output<bool>(0), (std::vector<bool>{false, true}));
}

TEST(UnaryTest, ErfOfIntegersDropsTheFraction) {
  OpTester small(kAllOps, "Erf", 13);
  small.Input<int8_t>({6}, {-128, -4, -3, 3, 4, 127});
  ASSERT_TRUE(small.Outputs({DataType::kInt8}).Run().ok());
  EXPECT_EQ(small.Output<int8_t>(0), (std::vector<int8_t>{-1, -1, 0, 0, 1, 1}));
  OpTester wide(kAllOps, "Erf", 13);
  wide.Input<uint64_t>({3}, {0, 4, ~uint64_t{0}});
  ASSERT_TRUE(wide.Outputs({DataType::kUint64}).Run().ok());
  EXPECT_EQ(wide.Output<uint64_t>(0), (std::vector<uint64_t>{0, 1, 1}));
}

TEST(UnaryTest, NanAndInfinityAreReported) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {1, inf, -inf, std::nanf("")};
  OpTester nan(kAllOps, "IsNaN", 20);
  nan.Outputs({DataType::kBool});
  ASSERT_TRUE(nan.Input<float>({4}, x).Run().ok());
  EXPECT_EQ(nan.Output<bool>(0),
            (std::vector<bool>{false, false, false, true}));
  OpTester both(kAllOps, "IsInf", 20);
  both.Outputs({DataType::kBool});
  ASSERT_TRUE(both.Input<float>({4}, x).Run().ok());
  EXPECT_EQ(both.Output<bool>(0),
            (std::vector<bool>{false, true, true, false}));
  OpTester negative(kAllOps, "IsInf", 20);
  negative.AttrInt("detect_positive", 0);
  negative.Outputs({DataType::kBool});
  ASSERT_TRUE(negative.Input<double>({3}, {inf, -inf, 0}).Run().ok());
  EXPECT_EQ(negative.Output<bool>(0), (std::vector<bool>{false, true, false}));
}

TEST(UnaryTest, EmptyAndScalarTensors) {
  OpTester empty(kAllOps, "Exp", kOpset);
  ASSERT_TRUE(empty.Input<float>({2, 0, 3}, {}).Run().ok());
  EXPECT_EQ(empty.OutputShape(0), (graph::Shape{2, 0, 3}));
  OpTester scalar(kAllOps, "Exp", kOpset);
  ASSERT_TRUE(scalar.Input<float>({}, {0}).Run().ok());
  EXPECT_EQ(scalar.Output<float>(0), std::vector<float>{1});
}

TEST(UnaryTest, UnsupportedTypesAreRefused) {
  OpTester t(kAllOps, "Exp", kOpset);
  const Status status = t.Input<int32_t>({1}, {1}).Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
  OpTester gelu(kAllOps, "Gelu", kOpset);
  gelu.AttrString("approximate", "cubic");
  EXPECT_EQ(gelu.Input<float>({1}, {1}).Run().code(),
            ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
}

TEST(UnaryTest, LargeTensorsUseAllThreads) {
  std::vector<float> x(200000);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 97) - 48;
  OpTester t(kAllOps, "Relu", kOpset);
  ASSERT_TRUE(t.Input<float>({200000}, x).Run().ok());
  const std::vector<float> y = t.Output<float>(0);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(y[i], std::max(x[i], 0.0f)) << i;
  }
}

}  // namespace
}  // namespace onnxifi::cpu
