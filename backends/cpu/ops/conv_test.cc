#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/kernels/half.h"
#include "backends/cpu/testing/graph_builder.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using onnxifi::testing::OpTester;
using testing::Count;
using testing::Noise;

struct Case {
  Shape x;
  Shape w;
  std::vector<int64_t> strides, dilations, pads;
  int64_t groups = 1;
};

// Sums in double and the sum of absolute products, which bounds rounding.
struct Expected {
  Shape dims;
  std::vector<double> values;
  std::vector<double> magnitude;
};

int64_t At(const std::vector<int64_t>& list, size_t i, int64_t fallback) {
  return list.empty() ? fallback : list[i];
}

// Direct convolution over up to three spatial dimensions; an independent,
// slow formulation that walks the output's flat index.
Expected Reference(const Case& c, const std::vector<float>& x,
                   const std::vector<float>& w,
                   const std::vector<float>& bias) {
  const size_t rank = c.x.size() - 2;
  Expected e;
  e.dims = {c.x[0], c.w[0]};
  for (size_t i = 0; i < rank; ++i) {
    const int64_t span = (c.w[i + 2] - 1) * At(c.dilations, i, 1) + 1;
    e.dims.push_back(
        (c.x[i + 2] + At(c.pads, i, 0) + At(c.pads, rank + i, 0) - span) /
            At(c.strides, i, 1) +
        1);
  }
  const int64_t taps = Count({c.w.begin() + 2, c.w.end()});
  const int64_t group_in = c.w[1];
  const int64_t group_out = c.w[0] / c.groups;
  const int64_t total = Count(e.dims);
  for (int64_t flat = 0; flat < total; ++flat) {
    std::vector<int64_t> at(rank + 2);
    int64_t rest = flat;
    for (size_t i = rank + 2; i-- > 0;) {
      at[i] = rest % e.dims[i];
      rest /= e.dims[i];
    }
    double sum = bias.empty() ? 0 : bias[static_cast<size_t>(at[1])];
    double magnitude = std::fabs(sum);
    for (int64_t ic = 0; ic < group_in; ++ic) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        int64_t t = tap;
        int64_t index = 0;
        int64_t scale = 1;
        bool inside = true;
        for (size_t i = rank; i-- > 0;) {
          const int64_t k = t % c.w[i + 2];
          t /= c.w[i + 2];
          const int64_t p = at[i + 2] * At(c.strides, i, 1) +
                            k * At(c.dilations, i, 1) - At(c.pads, i, 0);
          inside = inside && p >= 0 && p < c.x[i + 2];
          index += p * scale;
          scale *= c.x[i + 2];
        }
        if (!inside) continue;
        const int64_t channel = at[1] / group_out * group_in + ic;
        const double product =
            static_cast<double>(x[static_cast<size_t>(
                (at[0] * c.x[1] + channel) * scale + index)]) *
            static_cast<double>(
                w[static_cast<size_t>((at[1] * group_in + ic) * taps + tap)]);
        sum += product;
        magnitude += std::fabs(product);
      }
    }
    e.values.push_back(sum);
    e.magnitude.push_back(magnitude);
  }
  return e;
}

void SetAttributes(const Case& c, OpTester& t) {
  if (!c.strides.empty()) t.AttrInts("strides", c.strides);
  if (!c.dilations.empty()) t.AttrInts("dilations", c.dilations);
  if (!c.pads.empty()) t.AttrInts("pads", c.pads);
  t.AttrInt("group", c.groups);
  t.Hooks(MakeCompilerHooks());
}

void ExpectNear(const std::vector<float>& got, const Expected& want,
                double unit) {
  ASSERT_EQ(got.size(), want.values.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(got[i]), want.values[i],
                unit * want.magnitude[i] + 1e-30)
        << "element " << i;
  }
}

class ConvCases : public ::testing::TestWithParam<Case> {};

TEST_P(ConvCases, MatchesDoubleForAllThreadCounts) {
  const Case& c = GetParam();
  const std::vector<float> x = Noise(Count(c.x), 1);
  const std::vector<float> w = Noise(Count(c.w), 2);
  const std::vector<float> bias = Noise(c.w[0], 3);
  for (const bool with_bias : {false, true}) {
    const Expected want =
        Reference(c, x, w, with_bias ? bias : std::vector<float>());
    for (const int threads : {1, 2, 3}) {
      OpTester t(kAllOps, "Conv", 11);
      t.Input<float>(c.x, x).Constant<float>(c.w, w).Threads(threads);
      if (with_bias) t.Constant<float>({c.w[0]}, bias);
      SetAttributes(c, t);
      const Status status = t.Run();
      ASSERT_TRUE(status.ok()) << status.message();
      EXPECT_EQ(t.OutputShape(0), want.dims);
      // Winograd's F(4,3) rounds a few times coarser than direct sums.
      ExpectNear(t.Output<float>(0), want, 4e-6);
    }
  }
}

TEST_P(ConvCases, WeightsOfTheRunGiveTheSame) {
  const Case& c = GetParam();
  const std::vector<float> x = Noise(Count(c.x), 1);
  const std::vector<float> w = Noise(Count(c.w), 2);
  const Expected want = Reference(c, x, w, {});
  OpTester t(kAllOps, "Conv", 11);
  t.Input<float>(c.x, x).Input<float>(c.w, w);
  SetAttributes(c, t);
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  ExpectNear(t.Output<float>(0), want, 4e-6);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ConvCases,
    ::testing::Values(
        Case{{1, 3, 9, 11}, {16, 3, 3, 3}, {2, 2}, {}, {1, 1, 1, 1}},
        Case{{1, 1, 7, 7}, {1, 1, 1, 1}, {}, {}, {}},
        Case{{2, 5, 7, 6}, {7, 5, 3, 3}, {}, {}, {1, 1, 1, 1}},
        Case{{3, 16, 8, 9}, {24, 16, 3, 3}, {}, {}, {1, 1, 1, 1}},
        Case{{1, 32, 14, 14}, {40, 32, 3, 3}, {}, {}, {1, 1, 1, 1}},
        Case{{1, 33, 6, 7}, {17, 33, 1, 1}, {}, {}, {}},
        Case{{2, 16, 7, 7}, {32, 16, 1, 1}, {2, 2}, {}, {}},
        Case{{1, 8, 9, 9}, {8, 8, 3, 3}, {}, {2, 2}, {2, 2, 2, 2}},
        Case{{1, 4, 5, 5}, {8, 4, 5, 5}, {}, {}, {4, 0, 3, 4}},
        // Padding beyond the kernel: whole windows lie in the padding.
        Case{{1, 4, 3, 3}, {8, 4, 2, 2}, {}, {}, {3, 3, 3, 3}},
        Case{{1, 16, 9, 9}, {16, 1, 3, 3}, {}, {}, {1, 1, 1, 1}, 16},
        Case{{2, 19, 9, 9}, {19, 1, 3, 3}, {2, 2}, {}, {1, 1, 1, 1}, 19},
        Case{{1, 10, 5, 5}, {20, 1, 3, 3}, {}, {}, {1, 1, 1, 1}, 10},
        Case{{2, 32, 6, 6}, {32, 16, 3, 3}, {}, {}, {1, 1, 1, 1}, 2},
        Case{{2, 12, 6, 6}, {28, 3, 1, 1}, {}, {}, {}, 4},
        Case{{1, 34, 7, 7}, {68, 17, 1, 1}, {}, {}, {}, 2},
        Case{{1, 6, 6, 6}, {9, 2, 3, 3}, {}, {}, {0, 1, 1, 0}, 3},
        Case{{2, 6, 17}, {8, 6, 5}, {2}, {}, {2, 2}},
        Case{{1, 16, 17}, {16, 1, 3}, {}, {2}, {2, 2}, 16},
        Case{{1, 4, 5, 6, 7},
             {8, 4, 3, 2, 3},
             {1, 2, 1},
             {},
             {1, 0, 1, 1, 1, 1}},
        Case{{1, 64, 30, 30}, {64, 64, 3, 3}, {}, {}, {1, 1, 1, 1}}));

TEST(Conv, AutoPadFollowsItsDefinition) {
  const std::vector<float> x = Noise(5 * 5, 1);
  const std::vector<float> w = Noise(4, 2);
  for (const char* mode : {"SAME_UPPER", "SAME_LOWER", "VALID"}) {
    const std::string name = mode;
    Case c{{1, 1, 5, 5}, {1, 1, 2, 2}, {2, 2}, {}, {}};
    if (name == "SAME_UPPER") c.pads = {0, 0, 1, 1};
    if (name == "SAME_LOWER") c.pads = {1, 1, 0, 0};
    const Expected want = Reference(c, x, w, {});
    OpTester t(kAllOps, "Conv", 11);
    t.Input<float>(c.x, x).Constant<float>(c.w, w);
    t.AttrInts("strides", c.strides).AttrString("auto_pad", name);
    t.Hooks(MakeCompilerHooks());
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.OutputShape(0), want.dims) << name;
    ExpectNear(t.Output<float>(0), want, 1e-6);
  }
}

TEST(Conv, EmptyBatch) {
  OpTester t(kAllOps, "Conv", 11);
  t.Input<float>({0, 3, 5, 5}, {}).Constant<float>({4, 3, 3, 3}, Noise(108, 1));
  t.Hooks(MakeCompilerHooks());
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{0, 4, 3, 3}));
}

TEST(Conv, DoubleAndHalf) {
  const Case c{{1, 4, 6, 6}, {5, 4, 3, 3}, {}, {}, {1, 1, 1, 1}};
  const std::vector<float> x = Noise(Count(c.x), 1);
  const std::vector<float> w = Noise(Count(c.w), 2);
  {
    OpTester t(kAllOps, "Conv", 11);
    t.Input<double>(c.x, {x.begin(), x.end()});
    t.Constant<double>(c.w, {w.begin(), w.end()});
    t.Outputs({DataType::kDouble});
    SetAttributes(c, t);
    ASSERT_TRUE(t.Run().ok());
    const Expected want = Reference(c, x, w, {});
    const std::vector<double> got = t.Output<double>(0);
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_NEAR(got[i], want.values[i], 1e-14 * want.magnitude[i]);
    }
  }
  std::vector<float> x_half, w_half;
  std::vector<std::byte> x_bytes, w_bytes;
  const auto round = [](const std::vector<float>& from, std::vector<float>* to,
                        std::vector<std::byte>* bytes) {
    for (const float f : from) {
      const Float16 h = ToFloat16(f);
      to->push_back(ToFloat(h));
      bytes->push_back(static_cast<std::byte>(h.bits & 0xFF));
      bytes->push_back(static_cast<std::byte>(h.bits >> 8));
    }
  };
  round(x, &x_half, &x_bytes);
  round(w, &w_half, &w_bytes);
  OpTester t(kAllOps, "Conv", 11);
  t.RawInput(DataType::kFloat16, c.x, x_bytes, false);
  t.RawInput(DataType::kFloat16, c.w, w_bytes, true);
  t.Outputs({DataType::kFloat16});
  SetAttributes(c, t);
  ASSERT_TRUE(t.Run().ok());
  const Expected want = Reference(c, x_half, w_half, {});
  const std::vector<uint16_t> got = t.Output<uint16_t>(0);
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(ToFloat(Float16{got[i]})), want.values[i],
                6e-4 * std::fabs(want.values[i]) + 1e-6 * want.magnitude[i]);
  }
}

TEST(Conv, WrongShapesAreErrorsThatNameTheNode) {
  const auto run = [](Shape x, Shape w, Shape bias, int64_t groups) {
    OpTester t(kAllOps, "Conv", 11);
    t.Input<float>(x, Noise(Count(x), 1));
    t.Constant<float>(w, Noise(Count(w), 2));
    if (!bias.empty()) t.Constant<float>(bias, Noise(Count(bias), 3));
    t.AttrInt("group", groups);
    t.Hooks(MakeCompilerHooks());
    return t.Run();
  };
  for (const Status& status :
       {run({1, 4, 5, 5}, {8, 3, 3, 3}, {}, 1),     // channels
        run({1, 4, 5, 5}, {9, 2, 3, 3}, {}, 2),     // groups
        run({1, 4, 2, 2}, {8, 4, 3, 3}, {}, 1),     // window too large
        run({1, 4, 5, 5}, {8, 4, 3, 3}, {7}, 1),    // bias
        run({1, 4, 5, 5}, {8, 4, 3}, {}, 1),        // ranks
        run({1, 4, 5, 5}, {8, 4, 3, 3}, {}, 0)}) {  // no group
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.message().find("test_Conv"), std::string::npos)
        << status.message();
  }
}

}  // namespace
}  // namespace onnxifi::cpu
