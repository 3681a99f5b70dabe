#include "base/checked.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace onnxifi {
namespace {

TEST(CheckedTest, GivesTheResultWhenItFits) {
  int64_t out = 0;
  EXPECT_TRUE(CheckedAdd<int64_t>(40, 2, &out));
  EXPECT_EQ(out, 42);
  EXPECT_TRUE(CheckedSub<int64_t>(40, 42, &out));
  EXPECT_EQ(out, -2);
  EXPECT_TRUE(CheckedMul<int64_t>(-6, 7, &out));
  EXPECT_EQ(out, -42);
}

TEST(CheckedTest, ReportsOverflow) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  int64_t out = 0;
  EXPECT_FALSE(CheckedAdd<int64_t>(kMax, 1, &out));
  EXPECT_FALSE(CheckedSub<int64_t>(kMin, 1, &out));
  EXPECT_FALSE(CheckedMul<int64_t>(kMax / 2 + 1, 2, &out));
  EXPECT_FALSE(CheckedMul<int64_t>(kMin, -1, &out));
  uint32_t narrow = 0;
  EXPECT_FALSE(CheckedSub<uint32_t>(1, 2, &narrow));
  EXPECT_FALSE(CheckedMul<uint32_t>(65536, 65536, &narrow));
}

TEST(CheckedTest, RoundsUp) {
  EXPECT_EQ(CeilDiv(0, 4), 0);
  EXPECT_EQ(CeilDiv(8, 4), 2);
  EXPECT_EQ(CeilDiv(9, 4), 3);
  EXPECT_EQ(RoundUp(9, 4), 12);
  EXPECT_EQ(CeilDiv(std::numeric_limits<int64_t>::max(), int64_t{2}),
            (int64_t{1} << 62));
}

}  // namespace
}  // namespace onnxifi
