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
using testing::OpTester;
using testing::TypeOf;

std::vector<std::byte> ToBytes(const std::vector<uint8_t>& values) {
  std::vector<std::byte> bytes(values.size());
  for (size_t i = 0; i < values.size(); ++i) bytes[i] = std::byte{values[i]};
  return bytes;
}

OpTester Cast(DataType to) {
  OpTester t(kAllOps, "Cast", 25);
  t.AttrInt("to", static_cast<int64_t>(to)).Outputs({to});
  return t;
}

template <typename To, typename From>
std::vector<To> Converted(const std::vector<From>& values) {
  OpTester t = Cast(TypeOf<To>());
  t.Input<From>({static_cast<int64_t>(values.size())}, values);
  const Status status = t.Run();
  EXPECT_TRUE(status.ok()) << status.message();
  return t.Output<To>(0);
}

// Small numbers survive every pair of plain types.
template <typename From, typename... To>
void CheckFrom() {
  const std::vector<From> values = {0, 1, 5, 100};
  const auto check = [&]<typename T>() {
    EXPECT_EQ((Converted<T, From>(values)), (std::vector<T>{0, 1, 5, 100}));
  };
  (check.template operator()<To>(), ...);
}

template <typename... Ts>
void CheckPairs() {
  (CheckFrom<Ts, Ts...>(), ...);
}

TEST(CastTest, PlainTypesInEveryPair) {
  CheckPairs<float, double, int8_t, int16_t, int32_t, int64_t, uint8_t,
             uint16_t, uint32_t, uint64_t>();
}

TEST(CastTest, IntegersDropHighBits) {
  EXPECT_EQ((Converted<int8_t, int16_t>({200, -200})),
            (std::vector<int8_t>{-56, 56}));
  EXPECT_EQ((Converted<uint32_t, int64_t>({-1})),
            std::vector<uint32_t>{0xFFFFFFFFu});
  EXPECT_EQ((Converted<int64_t, uint64_t>({UINT64_MAX})),
            std::vector<int64_t>{-1});
  EXPECT_EQ((Converted<double, uint64_t>({UINT64_MAX})),
            std::vector<double>{18446744073709551616.0});
}

TEST(CastTest, FloatsTruncateAndOverflowIsDefined) {
  const float nan = std::nanf("");
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ((Converted<int32_t, float>({1.9f, -1.9f, nan, inf, -inf, 3e9f})),
            (std::vector<int32_t>{1, -1, INT32_MIN, INT32_MIN, INT32_MIN,
                                  INT32_MIN}));
  EXPECT_EQ((Converted<int64_t, float>({1e18f, 1e19f, nan})),
            (std::vector<int64_t>{999999984306749440, INT64_MIN, INT64_MIN}));
  EXPECT_EQ((Converted<uint64_t, double>({1e19, -5, 1e30})),
            (std::vector<uint64_t>{10000000000000000000u, 0, UINT64_MAX}));
  EXPECT_EQ((Converted<uint8_t, float>({300, -1, nan})),
            (std::vector<uint8_t>{44, 255, 0}));
  EXPECT_EQ((Converted<float, double>({1e300, -1e300})),
            (std::vector<float>{inf, -inf}));
}

TEST(CastTest, BoolIsZeroOrOne) {
  EXPECT_EQ((Converted<bool, float>({0.0f, -0.0f, 0.5f, std::nanf("")})),
            (std::vector<bool>{false, false, true, true}));
  EXPECT_EQ((Converted<bool, int64_t>({0, int64_t{1} << 40})),
            (std::vector<bool>{false, true}));
  EXPECT_EQ((Converted<float, bool>({true, false})),
            (std::vector<float>{1, 0}));
}

TEST(CastTest, DoubleToFloat16RoundsOnce) {
  // Rounding to float first would give the tie, then round it down.
  OpTester t = Cast(DataType::kFloat16);
  t.Input<double>({1}, {1.0 + 0x1p-11 + 0x1p-40});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputBytes(0), ToBytes({0x01, 0x3C}));
}

TEST(CastTest, PackedTypesShareBytes) {
  OpTester t = Cast(DataType::kInt4);
  ASSERT_TRUE(t.Input<float>({5}, {-9, -8, 7, 8, -1}).Run().ok());
  // As x86 and ml_dtypes have it, -9 becomes 7 and 8 becomes -8.
  EXPECT_EQ(t.OutputBytes(0), ToBytes({0x87, 0x87, 0x0F}));
  OpTester back = Cast(DataType::kInt8);
  back.RawInput(DataType::kInt4, {5}, ToBytes({0x87, 0x87, 0x0F}), false);
  ASSERT_TRUE(back.Run().ok());
  EXPECT_EQ(back.Output<int8_t>(0), (std::vector<int8_t>{7, -8, 7, -8, -1}));
  OpTester two = Cast(DataType::kUint2);
  ASSERT_TRUE(two.Input<int32_t>({5}, {0, 1, 2, 3, 6}).Run().ok());
  EXPECT_EQ(two.OutputBytes(0), ToBytes({0xE4, 0x02}));
  OpTester four = Cast(DataType::kFloat4E2M1);
  ASSERT_TRUE(four.Input<float>({3}, {0.5f, -9, 2.5f}).Run().ok());
  EXPECT_EQ(four.OutputBytes(0), ToBytes({0xF1, 0x04}));
}

TEST(CastTest, Float8TakesSaturateAndRoundMode) {
  OpTester t = Cast(DataType::kFloat8E5M2);
  ASSERT_TRUE(t.Input<float>({2}, {1e6f, 1}).Run().ok());
  EXPECT_EQ(t.OutputBytes(0), ToBytes({0x7B, 0x3C}));
  OpTester open = Cast(DataType::kFloat8E5M2);
  ASSERT_TRUE(open.Input<float>({1}, {1e6f}).AttrInt("saturate", 0).Run().ok());
  EXPECT_EQ(open.OutputBytes(0), ToBytes({0x7C}));
  OpTester down = Cast(DataType::kFloat8E8M0);
  down.Input<float>({1}, {1.9f}).AttrString("round_mode", "down");
  ASSERT_TRUE(down.Run().ok());
  EXPECT_EQ(down.OutputBytes(0), ToBytes({127}));
}

TEST(CastTest, LargeTensorsAreSplitAtWholeBytes) {
  std::vector<int32_t> values(100003);
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<int32_t>(i % 16);
  }
  OpTester t = Cast(DataType::kUint4);
  ASSERT_TRUE(t.Input<int32_t>({100003}, values).Run().ok());
  const std::vector<std::byte>& bytes = t.OutputBytes(0);
  ASSERT_EQ(bytes.size(), 50002u);
  for (size_t i = 0; i < values.size(); ++i) {
    const auto byte = static_cast<uint8_t>(bytes[i / 2]);
    ASSERT_EQ(i % 2 == 0 ? byte & 15 : byte >> 4, values[i]) << i;
  }
}

TEST(CastTest, VersionOneNamesTheType) {
  OpTester t(kAllOps, "Cast", 1);
  t.AttrString("to", "INT64").Outputs({DataType::kInt64});
  ASSERT_TRUE(t.Input<float>({2}, {1.5f, -2}).Run().ok());
  EXPECT_EQ(t.Output<int64_t>(0), (std::vector<int64_t>{1, -2}));
}

TEST(CastTest, CastLikeTakesTheOtherInputsType) {
  OpTester t(kAllOps, "CastLike", 19);
  t.Input<float>({2}, {1.5f, -2}).Input<int8_t>({1}, {0});
  ASSERT_TRUE(t.Outputs({DataType::kInt8}).Run().ok());
  EXPECT_EQ(t.Output<int8_t>(0), (std::vector<int8_t>{1, -2}));
}

TEST(CastTest, ComplexNumbersAreRefused) {
  OpTester t = Cast(DataType::kComplex64);
  EXPECT_EQ(t.Input<float>({1}, {1}).Run().code(),
            ONNXIFI_STATUS_UNSUPPORTED_DATATYPE);
}

TEST(CastTest, IdentityDropoutAndBitCastKeepTheBits) {
  OpTester same(kAllOps, "Identity", 21);
  ASSERT_TRUE(same.Input<float>({2}, {1, 2}).Run().ok());
  EXPECT_EQ(same.Output<float>(0), (std::vector<float>{1, 2}));
  OpTester dropout(kAllOps, "Dropout", 13);
  dropout.Input<float>({2}, {1, 2});
  dropout.Outputs({DataType::kFloat, DataType::kBool});
  ASSERT_TRUE(dropout.Run().ok());
  EXPECT_EQ(dropout.Output<float>(0), (std::vector<float>{1, 2}));
  EXPECT_EQ(dropout.Output<bool>(1), (std::vector<bool>{true, true}));
  OpTester training(kAllOps, "Dropout", 13);
  training.Input<float>({1}, {1}).NoInput().Constant<bool>({}, {true});
  ASSERT_TRUE(training.Run().ok());
  const float dropped = training.Output<float>(0)[0];
  EXPECT_TRUE(dropped == 0 || dropped == 2);
  OpTester bits(kAllOps, "BitCast", 26);
  bits.AttrInt("to", static_cast<int64_t>(DataType::kInt32));
  bits.Input<float>({1}, {1}).Outputs({DataType::kInt32});
  ASSERT_TRUE(bits.Run().ok());
  EXPECT_EQ(bits.Output<int32_t>(0), std::vector<int32_t>{0x3F800000});
}

}  // namespace
}  // namespace onnxifi::cpu
