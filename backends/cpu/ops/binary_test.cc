#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/kernels/half.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using testing::TypeOf;

constexpr int kOpset = 28;

template <typename T>
std::vector<T> Binary(const char* op, Shape a_dims, std::vector<T> a,
                      Shape b_dims, std::vector<T> b) {
  OpTester t(kAllOps, op, kOpset);
  t.Input<T>(std::move(a_dims), a);
  t.Input<T>(std::move(b_dims), b);
  t.Outputs({TypeOf<T>()});
  const Status status = t.Run();
  EXPECT_TRUE(status.ok()) << op << ": " << status.message();
  return status.ok() ? t.Output<T>(0) : std::vector<T>();
}

template <typename T>
std::vector<T> Same(const char* op, std::vector<T> a, std::vector<T> b) {
  const auto n = static_cast<int64_t>(a.size());
  return Binary<T>(op, {n}, std::move(a), {n}, std::move(b));
}

template <typename T>
std::vector<bool> Compare(const char* op, const std::vector<T>& a,
                          const std::vector<T>& b) {
  const auto n = static_cast<int64_t>(a.size());
  OpTester t(kAllOps, op, kOpset);
  t.Input<T>({n}, a);
  t.Input<T>({n}, b);
  t.Outputs({DataType::kBool});
  EXPECT_TRUE(t.Run().ok()) << op;
  return t.Output<bool>(0);
}

template <typename T>
void CheckArithmetic() {
  using V = std::vector<T>;
  EXPECT_EQ(Same<T>("Add", {1, 2, 9}, {4, 5, 6}), (V{5, 7, 15}));
  EXPECT_EQ(Same<T>("Sub", {9, 8, 7}, {4, 5, 7}), (V{5, 3, 0}));
  EXPECT_EQ(Same<T>("Mul", {1, 2, 9}, {4, 5, 6}), (V{4, 10, 54}));
  EXPECT_EQ(Same<T>("Div", {8, 9, 12}, {4, 3, 6}), (V{2, 3, 2}));
  EXPECT_EQ(Same<T>("Min", {1, 7, 3}, {4, 5, 3}), (V{1, 5, 3}));
  EXPECT_EQ(Same<T>("Max", {1, 7, 3}, {4, 5, 3}), (V{4, 7, 3}));
}

TEST(BinaryTest, ArithmeticInEveryType) {
  CheckArithmetic<float>();
  CheckArithmetic<double>();
  CheckArithmetic<int8_t>();
  CheckArithmetic<int16_t>();
  CheckArithmetic<int32_t>();
  CheckArithmetic<int64_t>();
  CheckArithmetic<uint8_t>();
  CheckArithmetic<uint16_t>();
  CheckArithmetic<uint32_t>();
  CheckArithmetic<uint64_t>();
}

template <typename T>
void CheckComparison() {
  using V = std::vector<bool>;
  const std::vector<T> a = {1, 2, 3};
  const std::vector<T> b = {2, 2, 2};
  EXPECT_EQ(Compare<T>("Equal", a, b), (V{false, true, false}));
  EXPECT_EQ(Compare<T>("Less", a, b), (V{true, false, false}));
  EXPECT_EQ(Compare<T>("LessOrEqual", a, b), (V{true, true, false}));
  EXPECT_EQ(Compare<T>("Greater", a, b), (V{false, false, true}));
  EXPECT_EQ(Compare<T>("GreaterOrEqual", a, b), (V{false, true, true}));
}

TEST(BinaryTest, ComparisonInEveryType) {
  CheckComparison<float>();
  CheckComparison<double>();
  CheckComparison<int8_t>();
  CheckComparison<int16_t>();
  CheckComparison<int32_t>();
  CheckComparison<int64_t>();
  CheckComparison<uint8_t>();
  CheckComparison<uint16_t>();
  CheckComparison<uint32_t>();
  CheckComparison<uint64_t>();
}

TEST(BinaryTest, NanComparesFalseAndSpreads) {
  const float nan = std::nanf("");
  using V = std::vector<bool>;
  EXPECT_EQ(Compare<float>("Equal", {nan}, {nan}), V{false});
  EXPECT_EQ(Compare<float>("LessOrEqual", {nan}, {1}), V{false});
  for (const char* op : {"Min", "Max"}) {
    const std::vector<float> y = Same<float>(op, {nan, 1}, {1, nan});
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1])) << op;
  }
}

TEST(BinaryTest, IntegersWrapAndDivideWithoutTraps) {
  constexpr int32_t kLow = std::numeric_limits<int32_t>::min();
  constexpr int32_t kHigh = std::numeric_limits<int32_t>::max();
  using V = std::vector<int32_t>;
  EXPECT_EQ(Same<int32_t>("Add", {kHigh}, {1}), V{kLow});
  EXPECT_EQ(Same<int32_t>("Mul", {kHigh}, {2}), V{-2});
  EXPECT_EQ(Same<int32_t>("Div", {kLow, 5, -7, 7}, {-1, 0, 2, -2}),
            (V{kLow, 0, -3, -3}));
  EXPECT_EQ(Same<uint16_t>("Mul", {65535}, {65535}), std::vector<uint16_t>{1});
}

TEST(BinaryTest, ModTakesTheSignOfEitherOperand) {
  const auto mod = [](bool trunc, auto a, auto b) {
    using T = typename decltype(a)::value_type;
    const auto n = static_cast<int64_t>(a.size());
    OpTester t(kAllOps, "Mod", kOpset);
    t.Input<T>({n}, a);
    t.Input<T>({n}, b);
    t.AttrInt("fmod", trunc ? 1 : 0);
    EXPECT_TRUE(t.Outputs({TypeOf<T>()}).Run().ok());
    return t.template Output<T>(0);
  };
  using I = std::vector<int32_t>;
  const I a = {-4, 7, 5, 4, -7, 8, 3, INT32_MIN};
  const I b = {2, -3, 8, -2, 3, 5, 0, -1};
  EXPECT_EQ(mod(false, a, b), (I{0, -2, 5, 0, 2, 3, 0, 0}));
  EXPECT_EQ(mod(true, a, b), (I{0, 1, 5, 0, -1, 3, 0, 0}));
  using F = std::vector<float>;
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(mod(false, F{-4.5f, 4.5f, 1, -1}, F{2, -2, inf, inf}),
            (F{1.5f, -1.5f, 1, inf}));
  EXPECT_EQ(mod(true, F{-4.5f, 4.5f, 1, -1}, F{2, -2, inf, inf}),
            (F{-0.5f, 0.5f, 1, -1}));
}

TEST(BinaryTest, ShiftsBeyondTheWidthAreDefined) {
  const auto shift = [](const char* direction, auto a, auto b) {
    using T = typename decltype(a)::value_type;
    const auto n = static_cast<int64_t>(a.size());
    OpTester t(kAllOps, "BitShift", kOpset);
    t.Input<T>({n}, a);
    t.Input<T>({n}, b);
    t.AttrString("direction", direction);
    EXPECT_TRUE(t.Outputs({TypeOf<T>()}).Run().ok());
    return t.template Output<T>(0);
  };
  using U = std::vector<uint8_t>;
  EXPECT_EQ(shift("LEFT", U{1, 200, 3}, U{3, 1, 8}), (U{8, 144, 0}));
  EXPECT_EQ(shift("RIGHT", U{16, 200, 3}, U{3, 1, 200}), (U{2, 100, 0}));
  using S = std::vector<int8_t>;
  EXPECT_EQ(shift("RIGHT", S{-16, -1, 5, -5}, S{2, 100, -1, -1}),
            (S{-4, -1, 0, -1}));
  EXPECT_EQ(shift("LEFT", S{-1, 64, 1}, S{7, 1, -1}), (S{-128, -128, 0}));
}

TEST(BinaryTest, LogicAndBits) {
  using B = std::vector<bool>;
  const B a = {false, false, true, true};
  const B b = {false, true, false, true};
  EXPECT_EQ(Same<bool>("And", a, b), (B{false, false, false, true}));
  EXPECT_EQ(Same<bool>("Or", a, b), (B{false, true, true, true}));
  EXPECT_EQ(Same<bool>("Xor", a, b), (B{false, true, true, false}));
  EXPECT_EQ(Same<bool>("Equal", a, b), (B{true, false, false, true}));
  using I = std::vector<int16_t>;
  EXPECT_EQ(Same<int16_t>("BitwiseAnd", {12, -1}, {10, 7}), (I{8, 7}));
  EXPECT_EQ(Same<int16_t>("BitwiseOr", {12, -8}, {10, 7}), (I{14, -1}));
  EXPECT_EQ(Same<int16_t>("BitwiseXor", {12, -1}, {10, 7}), (I{6, -8}));
}

TEST(BinaryTest, BroadcastsBothWays) {
  using V = std::vector<float>;
  EXPECT_EQ(Binary<float>("Sub", {2, 1}, {10, 20}, {3}, {1, 2, 3}),
            (V{9, 8, 7, 19, 18, 17}));
  EXPECT_EQ(Binary<float>("Sub", {}, {1}, {2}, {3, 5}), (V{-2, -4}));
  EXPECT_EQ(Binary<float>("Add", {0, 3}, {}, {3}, {1, 2, 3}), V{});
  EXPECT_EQ(Binary<float>("Add", {1, 1, 1, 1, 2, 1, 1, 1}, {1, 2},
                          {1, 1, 2, 1, 1, 1, 1, 1}, {10, 20}),
            (V{11, 12, 21, 22}));
  OpTester bad(kAllOps, "Add", kOpset);
  bad.Input<float>({2}, {1, 2}).Input<float>({3}, {1, 2, 3});
  const Status status = bad.Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(status.message().find("test_Add"), std::string::npos);
}

TEST(BinaryTest, OldVersionsTakeAnAxis) {
  OpTester t(kAllOps, "Mul", 6);
  t.Input<float>({2, 2, 2}, {1, 1, 1, 1, 1, 1, 1, 1});
  t.Input<float>({2}, {3, 5}).AttrInt("broadcast", 1).AttrInt("axis", 1);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<float>(0), (std::vector<float>{3, 3, 5, 5, 3, 3, 5, 5}));
  OpTester slope(kAllOps, "PRelu", 6);
  slope.Input<float>({1, 2, 2, 1}, {-1, 1, -2, 2}).Input<float>({2}, {3, 5});
  ASSERT_TRUE(slope.Run().ok());
  EXPECT_EQ(slope.Output<float>(0), (std::vector<float>{-3, 1, -10, 2}));
}

template <typename T>
std::vector<std::byte> Bytes(const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST(BinaryTest, HalfTypesRoundOnce) {
  const std::vector<Float16> a = {ToFloat16(1), ToFloat16(2048)};
  const std::vector<Float16> b = {ToFloat16(0x1p-11f), ToFloat16(1)};
  OpTester t(kAllOps, "Add", kOpset);
  t.RawInput(DataType::kFloat16, {2}, Bytes(a), false);
  t.RawInput(DataType::kFloat16, {2}, Bytes(b), false);
  ASSERT_TRUE(t.Outputs({DataType::kFloat16}).Run().ok());
  EXPECT_EQ(t.OutputBytes(0), Bytes<Float16>({ToFloat16(1), ToFloat16(2048)}));
  OpTester less(kAllOps, "Less", kOpset);
  less.RawInput(DataType::kBfloat16, {2},
                Bytes<Bfloat16>({ToBfloat16(1), ToBfloat16(3)}), false);
  less.RawInput(DataType::kBfloat16, {}, Bytes<Bfloat16>({ToBfloat16(2)}),
                false);
  ASSERT_TRUE(less.Outputs({DataType::kBool}).Run().ok());
  EXPECT_EQ(less.Output<bool>(0), (std::vector<bool>{true, false}));
}

}  // namespace
}  // namespace onnxifi::cpu
