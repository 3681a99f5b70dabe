// TopK against a stable sort, over rows longer than a block.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using testing::OpTester;

// NaN is the largest value.
template <typename T>
bool Greater(T a, T b) {
  if (a != a) return b == b;
  return b == b && a > b;
}

template <typename T>
void Check(const std::vector<T>& x, int64_t k, bool largest) {
  const auto count = static_cast<int64_t>(x.size());
  OpTester t(kAllOps, "TopK", 11);
  t.Input<T>({count}, x);
  t.Constant<int64_t>({1}, {k});
  t.AttrInt("largest", largest ? 1 : 0);
  t.Outputs({testing::TypeOf<T>(), graph::DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  std::vector<int64_t> order(x.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    const T left = x[static_cast<size_t>(a)];
    const T right = x[static_cast<size_t>(b)];
    return largest ? Greater(left, right) : Greater(right, left);
  });
  order.resize(static_cast<size_t>(k));
  EXPECT_EQ(t.Output<int64_t>(1), order)
      << count << " k " << k << " largest " << largest;
  const std::vector<T> values = t.Output<T>(0);
  for (size_t i = 0; i < order.size(); ++i) {
    const T wanted = x[static_cast<size_t>(order[i])];
    EXPECT_TRUE(values[i] == wanted ||
                (wanted != wanted && values[i] != values[i]));
  }
}

template <typename T>
void Sweep(const std::vector<T>& specials) {
  uint32_t seed = 11;
  for (const int64_t count : {1, 31, 32, 33, 100, 500}) {
    std::vector<T> x;
    for (int64_t i = 0; i < count; ++i) {
      seed = seed * 1664525 + 1013904223;
      x.push_back(static_cast<T>(seed >> 26));
    }
    for (size_t i = 0; i < specials.size(); ++i) {
      x[(i * 53 + 1) % x.size()] = specials[i];
    }
    for (const int64_t k : {0, 1, 3, 10, 64, 65, 500}) {
      if (k > count) continue;
      Check(x, k, true);
      Check(x, k, false);
    }
  }
}

TEST(TopKTest, Floats) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  Sweep<float>({});
  Sweep<float>({inf, -inf, 0.0F, -0.0F});
  Sweep<float>({nan, nan, inf, nan});
}

TEST(TopKTest, OtherTypes) {
  Sweep<double>({1e300, -1e300});
  Sweep<int8_t>({-128, 127});
  Sweep<int64_t>({std::numeric_limits<int64_t>::min()});
  Sweep<uint32_t>({std::numeric_limits<uint32_t>::max()});
}

}  // namespace
}  // namespace onnxifi::cpu
