// Linear Resize of images against the formula in double, over lines longer
// than a vector.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using testing::OpTester;

struct Case {
  std::string coordinates;
  int64_t height, width, out_height, out_width;
};

double Place(const Case& c, int64_t in, int64_t out, int64_t o) {
  const double at = static_cast<double>(o);
  const double ratio = static_cast<double>(in) / static_cast<double>(out);
  if (c.coordinates == "asymmetric") return at * ratio;
  if (c.coordinates == "align_corners") {
    return out == 1 ? 0.0
                    : at * static_cast<double>(in - 1) /
                          static_cast<double>(out - 1);
  }
  return (at + 0.5) * ratio - 0.5;
}

// One output from a row of `in` elements `stride` apart.
double Mix(const Case& c, int64_t in, int64_t out, int64_t o,
           const std::vector<double>& x) {
  const double place = Place(c, in, out, o);
  const double base = std::floor(place);
  const double part = place - base;
  const auto element = [&](double i) {
    const double inside = std::clamp(i, 0.0, static_cast<double>(in - 1));
    return x[static_cast<size_t>(inside)];
  };
  return (1 - part) * element(base) + part * element(base + 1);
}

std::vector<float> Noise(int64_t count) {
  std::vector<float> x;
  uint32_t seed = 3;
  for (int64_t i = 0; i < count; ++i) {
    seed = seed * 1664525 + 1013904223;
    x.push_back(static_cast<float>(seed >> 8) / (1 << 24) - 0.5F);
  }
  return x;
}

void Check(const Case& c) {
  const std::vector<float> x = Noise(2 * c.height * c.width);
  OpTester t(kAllOps, "Resize", 13);
  t.Input<float>({1, 2, c.height, c.width}, x);
  t.NoInput().NoInput();
  t.Constant<int64_t>({4}, {1, 2, c.out_height, c.out_width});
  t.AttrString("mode", "linear");
  t.AttrString("coordinate_transformation_mode", c.coordinates);
  ASSERT_TRUE(t.Run().ok());
  const std::vector<float> got = t.Output<float>(0);
  ASSERT_EQ(got.size(), static_cast<size_t>(2 * c.out_height * c.out_width));
  size_t at = 0;
  for (int64_t plane = 0; plane < 2; ++plane) {
    for (int64_t oy = 0; oy < c.out_height; ++oy) {
      for (int64_t ox = 0; ox < c.out_width; ++ox, ++at) {
        std::vector<double> column;
        for (int64_t y = 0; y < c.height; ++y) {
          const auto* row = x.data() + (plane * c.height + y) * c.width;
          column.push_back(
              Mix(c, c.width, c.out_width, ox, {row, row + c.width}));
        }
        ASSERT_NEAR(got[at], Mix(c, c.height, c.out_height, oy, column), 1e-6)
            << c.coordinates << " " << c.height << "x" << c.width << " to "
            << c.out_height << "x" << c.out_width << " at " << oy << "," << ox;
      }
    }
  }
}

TEST(ResizeLinearTest, Images) {
  for (const char* coordinates :
       {"half_pixel", "asymmetric", "align_corners"}) {
    Check({coordinates, 5, 13, 10, 26});
    Check({coordinates, 7, 40, 7, 80});   // across alone
    Check({coordinates, 7, 40, 21, 40});  // down alone
    Check({coordinates, 30, 61, 9, 20});  // smaller
    Check({coordinates, 6, 50, 11, 53});  // hardly larger
    Check({coordinates, 1, 1, 3, 33});
    Check({coordinates, 3, 4097, 4, 4100});  // too long for a line buffer
  }
}

TEST(ResizeLinearTest, WhatHasNoWeightDoesNotCount) {
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<float> x(3 * 9, 1.0F);
  x[9 + 4] = inf;  // the middle
  OpTester t(kAllOps, "Resize", 13);
  t.Input<float>({1, 1, 3, 9}, x);
  t.NoInput().NoInput().Constant<int64_t>({4}, {1, 1, 6, 18});
  t.AttrString("mode", "linear");
  t.AttrString("coordinate_transformation_mode", "asymmetric");
  ASSERT_TRUE(t.Run().ok());
  const std::vector<float> y = t.Output<float>(0);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t row = i / 18;
    const size_t column = i % 18;
    const bool touched = row >= 1 && row <= 3 && column >= 7 && column <= 9;
    EXPECT_EQ(y[i], touched ? inf : 1.0F) << row << "," << column;
  }
}

}  // namespace
}  // namespace onnxifi::cpu
