// ArgMax and ArgMin against a plain search, over rows longer than a block.
#include <gtest/gtest.h>

#include <limits>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using testing::OpTester;

template <typename T>
std::vector<int64_t> Places(const std::string& op, const std::vector<T>& x,
                            int64_t rows, bool last) {
  OpTester t(kAllOps, op, 13);
  t.Input<T>({rows, static_cast<int64_t>(x.size()) / rows}, x);
  t.AttrInt("axis", 1).AttrInt("keepdims", 0);
  t.AttrInt("select_last_index", last ? 1 : 0);
  t.Outputs({graph::DataType::kInt64});
  EXPECT_TRUE(t.Run().ok());
  return t.Output<int64_t>(0);
}

template <typename T>
int64_t Expected(const T* x, int64_t count, bool max, bool last) {
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i) {
    const bool nan = x[i] != x[i];
    const bool held_nan = x[best] != x[best];
    bool wins = max ? x[i] > x[best] : x[i] < x[best];
    if (nan || held_nan) wins = nan && (last || !held_nan);
    if (last && x[i] == x[best]) wins = true;
    if (wins) best = i;
  }
  return best;
}

template <typename T>
void Sweep(const std::vector<T>& specials) {
  uint32_t seed = 7;
  for (const int64_t count : {1, 5, 63, 64, 65, 129, 300}) {
    constexpr int64_t kRows = 7;
    std::vector<T> x;
    for (int64_t i = 0; i < kRows * count; ++i) {
      seed = seed * 1664525 + 1013904223;
      // Few different values: ties are the rule.
      x.push_back(static_cast<T>(seed >> 28));
    }
    for (size_t i = 0; i < specials.size(); ++i) {
      x[(i * 37 + 3) % x.size()] = specials[i];
    }
    for (const bool max : {true, false}) {
      for (const bool last : {true, false}) {
        const auto got = Places(max ? "ArgMax" : "ArgMin", x, kRows, last);
        for (int64_t r = 0; r < kRows; ++r) {
          EXPECT_EQ(got[static_cast<size_t>(r)],
                    Expected(x.data() + r * count, count, max, last))
              << count << " row " << r << " max " << max << " last " << last;
        }
      }
    }
  }
}

TEST(ArgMaxTest, RowsOfFloats) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  Sweep<float>({-0.0F, 0.0F, inf, -inf});
  Sweep<float>({nan, inf, nan, -inf, nan});
}

TEST(ArgMaxTest, RowsOfOtherTypes) {
  Sweep<double>({-1, 1e300});
  Sweep<int8_t>({-128, 127});
  Sweep<uint8_t>({255});
  Sweep<int32_t>({std::numeric_limits<int32_t>::min()});
  Sweep<int64_t>({std::numeric_limits<int64_t>::min(), -1});
  Sweep<uint64_t>({std::numeric_limits<uint64_t>::max()});
}

TEST(ArgMaxTest, RowsThatAreAllTheWorst) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Places<float>("ArgMax", std::vector<float>(70, -inf), 1, false)[0],
            0);
  EXPECT_EQ(Places<float>("ArgMin", std::vector<float>(70, inf), 1, true)[0],
            69);
}

}  // namespace
}  // namespace onnxifi::cpu
