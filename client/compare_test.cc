#include "client/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace onnxifi::client {
namespace {

using graph::DataType;

HostTensor Of(DataType type, const std::vector<double>& values,
              graph::Shape dims = {}) {
  if (dims.empty()) dims = {static_cast<int64_t>(values.size())};
  Result<HostTensor> tensor = HostTensor::Make("y", type, std::move(dims));
  EXPECT_TRUE(tensor.ok());
  for (size_t i = 0; i < values.size(); ++i) {
    SetElement(tensor.value(), static_cast<int64_t>(i), values[i]);
  }
  return std::move(tensor).value();
}

TEST(CompareTest, ToleranceIsOnnxs) {
  const HostTensor want = Of(DataType::kFloat, {1, 1000});
  EXPECT_TRUE(Compare(want, Of(DataType::kFloat, {1.0009, 1000.9}), {}).equal);
  const Comparison off = Compare(want, Of(DataType::kFloat, {1.002, 1000}), {});
  EXPECT_FALSE(off.equal);
  EXPECT_EQ(off.mismatches, 1);
  EXPECT_NEAR(off.max_abs_error, 0.002, 1e-6);
  EXPECT_NEAR(off.max_rel_error, 2e-6, 1e-9);
  EXPECT_NE(off.reason.find("output 'y'"), std::string::npos);
}

TEST(CompareTest, TellsWhereTheLargestErrorIs) {
  const HostTensor want = Of(DataType::kFloat, {1, 2, 3, 4}, {2, 2});
  const Comparison within =
      Compare(want, Of(DataType::kFloat, {1, 2.0001, 3, 4}, {2, 2}), {});
  EXPECT_TRUE(within.equal);
  EXPECT_EQ(within.worst, 1);
  EXPECT_EQ(within.want, 2);
  EXPECT_FLOAT_EQ(static_cast<float>(within.got), 2.0001f);
  EXPECT_EQ(Compare(want, want, {}).worst, -1);
  // What is not finite is worse than any number.
  const Comparison nan =
      Compare(want, Of(DataType::kFloat, {9, 2, std::nan(""), 9}, {2, 2}), {});
  EXPECT_EQ(nan.worst, 2);
  EXPECT_TRUE(std::isnan(nan.got));
  const Comparison ints = Compare(Of(DataType::kInt64, {1, 2, 3}),
                                  Of(DataType::kInt64, {1, 0, 7}), {});
  EXPECT_EQ(ints.worst, 2);
  EXPECT_EQ(ints.got, 7);
}

TEST(CompareTest, SpecialValuesEqualOnlyThemselves) {
  const double nan = std::nan("");
  const HostTensor want = Of(DataType::kFloat, {nan, HUGE_VAL, -HUGE_VAL});
  EXPECT_TRUE(Compare(want, want, {}).equal);
  for (const std::vector<double>& got :
       {std::vector<double>{0, HUGE_VAL, -HUGE_VAL},
        {nan, -HUGE_VAL, -HUGE_VAL},
        {nan, HUGE_VAL, 1e38},
        {nan, nan, -HUGE_VAL}}) {
    EXPECT_EQ(Compare(want, Of(DataType::kFloat, got), {}).mismatches, 1);
  }
}

TEST(CompareTest, IntegersAreExactAbove2To53) {
  HostTensor want = Of(DataType::kInt64, {0});
  HostTensor got = Of(DataType::kInt64, {0});
  const int64_t large = (int64_t{1} << 62) + 1;
  const int64_t near = large + 1;
  std::memcpy(want.bytes().data(), &large, sizeof(large));
  std::memcpy(got.bytes().data(), &near, sizeof(near));
  EXPECT_FALSE(Compare(want, got, {}).equal);
  EXPECT_TRUE(Compare(want, want, {}).equal);
  EXPECT_FALSE(Compare(Of(DataType::kBool, {1}), Of(DataType::kBool, {0}),
                       {.rtol = 10, .atol = 10})
                   .equal);
}

TEST(CompareTest, TypeAndShapeMustAgree) {
  const HostTensor want = Of(DataType::kFloat, {1, 2});
  EXPECT_NE(
      Compare(want, Of(DataType::kDouble, {1, 2}), {}).reason.find("type"),
      std::string::npos);
  EXPECT_NE(Compare(want, Of(DataType::kFloat, {1, 2}, {2, 1}), {})
                .reason.find("shape"),
            std::string::npos);
}

TEST(CompareTest, Bfloat16GetsTwoOfItsUnits) {
  const HostTensor want = Of(DataType::kBfloat16, {1});
  EXPECT_TRUE(Compare(want, Of(DataType::kBfloat16, {1.0078125}), {}).equal);
  EXPECT_FALSE(Compare(want, Of(DataType::kBfloat16, {1.03}), {}).equal);
}

}  // namespace
}  // namespace onnxifi::client
