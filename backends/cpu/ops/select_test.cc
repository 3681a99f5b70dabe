#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using testing::TypeOf;

constexpr int kOpset = 28;

TEST(SelectTest, PowersOfEveryKind) {
  const auto pow = [](auto a, auto b) {
    using T = typename decltype(a)::value_type;
    using E = typename decltype(b)::value_type;
    OpTester t(kAllOps, "Pow", kOpset);
    t.Input<T>({static_cast<int64_t>(a.size())}, a);
    t.Input<E>({static_cast<int64_t>(b.size())}, b);
    EXPECT_TRUE(t.Outputs({TypeOf<T>()}).Run().ok());
    return t.template Output<T>(0);
  };
  using F = std::vector<float>;
  using I = std::vector<int32_t>;
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(pow(F{2, 3, -2}, F{2, 0.5f, 3}), (F{4, std::sqrt(3.0f), -8}));
  EXPECT_EQ(pow(F{-3, 4}, F{2}), (F{9, 16}));
  EXPECT_EQ(pow(F{-inf, 4, -0.0f}, F{0.5f}), (F{inf, 2, 0}));
  EXPECT_EQ(pow(F{2, 4}, F{-1}), (F{0.5f, 0.25f}));
  EXPECT_EQ(pow(F{2, 3}, std::vector<int64_t>{3, 2}), (F{8, 9}));
  EXPECT_EQ(pow(I{2, -3, 2, 1}, I{10, 3, -1, -5}), (I{1024, -27, 0, 1}));
  EXPECT_EQ(pow(I{2, 9}, F{3, 0.5f}), (I{8, 3}));
  EXPECT_EQ(pow(std::vector<double>{1.5}, I{2}), std::vector<double>{2.25});
  // Exponents that float32 cannot hold: 2^24 + 1 is odd, and the smallest
  // double is not 0.
  EXPECT_EQ(pow(F{-1, -1}, std::vector<int64_t>{16777216, 16777217}),
            (F{1, -1}));
  EXPECT_EQ(pow(F{-1}, std::vector<int64_t>{16777217}), F{-1});
  const double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_TRUE(std::isnan(pow(F{-0.5f}, std::vector<double>{tiny})[0]));
}

TEST(SelectTest, VariadicOperatorsFoldTheirInputs) {
  const auto run = [](const char* op) {
    OpTester t(kAllOps, op, kOpset);
    t.Input<float>({2, 1}, {1, 8}).Input<float>({2}, {2, 4});
    t.Input<float>({}, {3});
    EXPECT_TRUE(t.Run().ok()) << op;
    EXPECT_EQ(t.OutputShape(0), (Shape{2, 2}));
    return t.Output<float>(0);
  };
  EXPECT_EQ(run("Sum"), (std::vector<float>{6, 8, 13, 15}));
  EXPECT_EQ(run("Mean"), (std::vector<float>{2, 8.0f / 3, 13.0f / 3, 5}));
  EXPECT_EQ(run("Min"), (std::vector<float>{1, 1, 2, 3}));
  EXPECT_EQ(run("Max"), (std::vector<float>{3, 4, 8, 8}));
  OpTester one(kAllOps, "Sum", kOpset);
  ASSERT_TRUE(one.Input<float>({2}, {1, 2}).Run().ok());
  EXPECT_EQ(one.Output<float>(0), (std::vector<float>{1, 2}));
}

TEST(SelectTest, WhereChoosesAndBroadcasts) {
  OpTester t(kAllOps, "Where", 16);
  t.Input<bool>({2, 1}, {true, false}).Input<int64_t>({3}, {1, 2, 3});
  t.Input<int64_t>({}, {9}).Outputs({DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<int64_t>(0), (std::vector<int64_t>{1, 2, 3, 9, 9, 9}));
  OpTester bytes(kAllOps, "Where", 16);
  bytes.Input<bool>({4}, {true, false, false, true});
  bytes.Input<uint8_t>({4}, {1, 2, 3, 4}).Input<uint8_t>({4}, {5, 6, 7, 8});
  ASSERT_TRUE(bytes.Outputs({DataType::kUint8}).Run().ok());
  EXPECT_EQ(bytes.Output<uint8_t>(0), (std::vector<uint8_t>{1, 6, 7, 4}));
}

// Versions 6 to 10 give the bounds finite defaults; the others have none.
TEST(SelectTest, ClipWithoutBoundsKeepsInfinityOrNot) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kMost = std::numeric_limits<float>::max();
  using V = std::vector<float>;
  for (const auto& [opset, most] :
       {std::pair{1, kInf}, {6, kMost}, {10, kMost}, {13, kInf}}) {
    OpTester clip(kAllOps, "Clip", opset);
    clip.Input<float>({3}, {-kInf, 2, kInf});
    ASSERT_TRUE(clip.Run().ok()) << opset;
    EXPECT_EQ(clip.Output<float>(0), (V{-most, 2, most})) << opset;
  }
}

TEST(SelectTest, ClipInEveryForm) {
  using V = std::vector<float>;
  OpTester old(kAllOps, "Clip", 6);
  old.Input<float>({3}, {-2, 0.5, 9}).AttrFloat("min", -1).AttrFloat("max", 6);
  ASSERT_TRUE(old.Run().ok());
  EXPECT_EQ(old.Output<float>(0), (V{-1, 0.5, 6}));
  OpTester known(kAllOps, "Clip", 13);
  known.Input<float>({3}, {-2, 0.5, 9}).NoInput().Constant<float>({}, {6});
  ASSERT_TRUE(known.Run().ok());
  EXPECT_EQ(known.Output<float>(0), (V{-2, 0.5, 6}));
  OpTester open(kAllOps, "Clip", 13);
  open.Input<float>({3}, {-2, 0.5, 9}).Input<float>({}, {0});
  ASSERT_TRUE(open.Run().ok());
  EXPECT_EQ(open.Output<float>(0), (V{0, 0.5, 9}));
  OpTester bytes(kAllOps, "Clip", 13);
  bytes.Input<int8_t>({3}, {-90, 5, 90}).Input<int8_t>({}, {-9});
  bytes.Input<int8_t>({}, {9}).Outputs({DataType::kInt8});
  ASSERT_TRUE(bytes.Run().ok());
  EXPECT_EQ(bytes.Output<int8_t>(0), (std::vector<int8_t>{-9, 5, 9}));
  // The upper bound wins when the bounds cross.
  OpTester crossed(kAllOps, "Clip", 13);
  crossed.Input<float>({2}, {-5, 5}).Constant<float>({}, {2});
  crossed.Constant<float>({}, {1});
  ASSERT_TRUE(crossed.Run().ok());
  EXPECT_EQ(crossed.Output<float>(0), (V{1, 1}));
}

}  // namespace
}  // namespace onnxifi::cpu
