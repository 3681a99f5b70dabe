#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/testing/graph_builder.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using graph::ValueId;
using onnxifi::testing::OpTester;
using testing::Count;
using testing::GraphBuilder;
using testing::IntAttribute;
using testing::IntsAttribute;
using testing::MaxError;
using testing::Noise;

struct Case {
  Shape x;
  std::vector<int64_t> kernel, strides, pads, dilations;
  bool ceil_mode = false;
  bool count_padding = false;
};

// Average, maximum and its index for images of two dimensions, in double.
struct Expected {
  Shape dims;
  std::vector<double> average, maximum;
  std::vector<int64_t> index;
};

int64_t Extent(const Case& c, size_t i) {
  const int64_t span = (c.kernel[i] - 1) * c.dilations[i] + 1;
  const int64_t room = c.x[i + 2] + c.pads[i] + c.pads[i + 2] - span;
  int64_t out = room / c.strides[i] + 1;
  if (c.ceil_mode && room % c.strides[i] != 0 &&
      out * c.strides[i] < c.x[i + 2] + c.pads[i]) {
    ++out;
  }
  return out;
}

Expected Reference(const Case& c, const std::vector<float>& x) {
  Expected e;
  const int64_t height = Extent(c, 0);
  const int64_t width = Extent(c, 1);
  e.dims = {c.x[0], c.x[1], height, width};
  for (int64_t plane = 0; plane < c.x[0] * c.x[1]; ++plane) {
    for (int64_t oy = 0; oy < height; ++oy) {
      for (int64_t ox = 0; ox < width; ++ox) {
        double sum = 0;
        double most = -std::numeric_limits<double>::infinity();
        int64_t index = -1;
        int64_t count = 0;
        for (int64_t ky = 0; ky < c.kernel[0]; ++ky) {
          for (int64_t kx = 0; kx < c.kernel[1]; ++kx) {
            const int64_t y =
                oy * c.strides[0] - c.pads[0] + ky * c.dilations[0];
            const int64_t xx =
                ox * c.strides[1] - c.pads[1] + kx * c.dilations[1];
            const bool inside = y >= 0 && y < c.x[2] && xx >= 0 && xx < c.x[3];
            const bool padded = y >= -c.pads[0] && y < c.x[2] + c.pads[2] &&
                                xx >= -c.pads[1] && xx < c.x[3] + c.pads[3];
            if (inside || (c.count_padding && padded)) ++count;
            if (!inside) continue;
            const int64_t at = (plane * c.x[2] + y) * c.x[3] + xx;
            const double v = static_cast<double>(x[static_cast<size_t>(at)]);
            sum += v;
            if (v > most) {
              most = v;
              index = at;
            }
          }
        }
        e.average.push_back(sum / static_cast<double>(count));
        e.maximum.push_back(most);
        e.index.push_back(index);
      }
    }
  }
  return e;
}

std::vector<graph::Attribute> Attributes(const Case& c, bool average) {
  std::vector<graph::Attribute> list = {
      IntsAttribute("kernel_shape", c.kernel),
      IntsAttribute("strides", c.strides), IntsAttribute("pads", c.pads),
      IntsAttribute("dilations", c.dilations),
      IntAttribute("ceil_mode", c.ceil_mode ? 1 : 0)};
  if (average) {
    list.push_back(IntAttribute("count_include_pad", c.count_padding ? 1 : 0));
  }
  return list;
}

void ExpectNear(const std::vector<float>& got,
                const std::vector<double>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(got[i]), want[i], 2e-6) << i;
  }
}

class PoolCases : public ::testing::TestWithParam<Case> {};

TEST_P(PoolCases, PlainLayout) {
  const Case& c = GetParam();
  const std::vector<float> x = Noise(Count(c.x), 1);
  const Expected want = Reference(c, x);
  OpTester max(kAllOps, "MaxPool", 12);
  max.Input<float>(c.x, x).Outputs({DataType::kFloat, DataType::kInt64});
  for (auto& a : Attributes(c, false)) max.Attr(a);
  max.Hooks(MakeCompilerHooks());
  ASSERT_TRUE(max.Run().ok());
  EXPECT_EQ(max.OutputShape(0), want.dims);
  ExpectNear(max.Output<float>(0), want.maximum);
  EXPECT_EQ(max.Output<int64_t>(1), want.index);
  OpTester alone(kAllOps, "MaxPool", 12);  // without indices: by lines
  alone.Input<float>(c.x, x);
  for (auto& a : Attributes(c, false)) alone.Attr(a);
  ASSERT_TRUE(alone.Run().ok());
  EXPECT_EQ(alone.OutputShape(0), want.dims);
  ExpectNear(alone.Output<float>(0), want.maximum);
  OpTester average(kAllOps, "AveragePool", 19);
  average.Input<float>(c.x, x);
  for (auto& a : Attributes(c, true)) average.Attr(a);
  average.Hooks(MakeCompilerHooks());
  ASSERT_TRUE(average.Run().ok());
  ExpectNear(average.Output<float>(0), want.average);
}

// A convolution in front leaves its result in channel blocks.
TEST_P(PoolCases, BlockedLayout) {
  const Case& c = GetParam();
  const Shape out = Reference(c, Noise(Count(c.x), 1)).dims;
  for (const char* op : {"MaxPool", "AveragePool"}) {
    const bool average = std::string(op) == "AveragePool";
    GraphBuilder b;
    const ValueId x = b.Input({c.x[0], 16, c.x[2], c.x[3]}, 1);
    const ValueId conv =
        b.Op("Conv", {x, b.NoiseConstant({c.x[1], 16, 1, 1}, 2)}, c.x);
    const ValueId pool = b.Op(op, {conv}, out, Attributes(c, average), 19);
    b.Output(conv);
    b.Output(pool);
    for (const int threads : {1, 3}) {
      const auto got = b.Run(true, threads);
      const Expected want = Reference(c, got[0]);
      ExpectNear(got[1], average ? want.average : want.maximum);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, PoolCases,
    ::testing::Values(
        Case{{1, 16, 7, 9}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}},
        Case{{2, 5, 7, 9}, {2, 3}, {1, 2}, {0, 1, 1, 0}, {1, 1}},
        Case{{1, 20, 8, 8}, {3, 3}, {2, 2}, {0, 0, 0, 0}, {1, 1}, true},
        Case{{1, 8, 8, 8}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, true, true},
        Case{{1, 8, 6, 7}, {3, 2}, {1, 1}, {1, 1, 1, 1}, {1, 1}, false, true},
        Case{{1, 9, 9, 9}, {3, 3}, {1, 1}, {2, 2, 2, 2}, {2, 2}},
        Case{{2, 3, 5, 5}, {5, 5}, {1, 1}, {0, 0, 0, 0}, {1, 1}},
        Case{{1, 2, 6, 70}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}},
        Case{{1, 1, 4, 70}, {2, 4}, {1, 2}, {0, 2, 1, 3}, {1, 2}, true},
        Case{{1, 1, 4, 90}, {3, 5}, {1, 3}, {1, 2, 1, 2}, {1, 1}, false, true},
        Case{{1, 1, 3, 4500}, {2, 3}, {1, 1}, {0, 1, 0, 1}, {1, 1}},
        Case{{1, 1, 3, 4500}, {2, 3}, {2, 2}, {0, 1, 0, 1}, {1, 1}, true}));

TEST(Pool, ColumnMajorIndices) {
  OpTester t(kAllOps, "MaxPool", 12);
  t.Input<float>({1, 1, 2, 3}, {1, 2, 3, 4, 6, 5});
  t.AttrInts("kernel_shape", {2, 2}).AttrInt("storage_order", 1);
  t.Outputs({DataType::kFloat, DataType::kInt64});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<int64_t>(1), (std::vector<int64_t>{3, 3}));
}

TEST(Pool, BytesKeepTheirType) {
  OpTester t(kAllOps, "MaxPool", 12);
  t.Input<int8_t>({1, 1, 2, 2}, {-5, -7, -3, -9});
  t.AttrInts("kernel_shape", {2, 2}).Outputs({DataType::kInt8});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.Output<int8_t>(0), std::vector<int8_t>{-3});
}

TEST(Pool, GlobalPoolsInBothLayouts) {
  for (const char* op : {"GlobalAveragePool", "GlobalMaxPool"}) {
    GraphBuilder b;
    const ValueId x = b.Input({2, 16, 5, 7}, 1);
    const ValueId conv =
        b.Op("Conv", {x, b.NoiseConstant({11, 16, 1, 1}, 2)}, {2, 11, 5, 7});
    b.Output(conv);
    b.Output(b.Op(op, {conv}, {2, 11, 1, 1}));
    const auto got = b.Run(true);
    OpTester t(kAllOps, op, 1);
    t.Input<float>({2, 11, 5, 7}, got[0]);
    ASSERT_TRUE(t.Run().ok());
    EXPECT_EQ(t.OutputShape(0), (Shape{2, 11, 1, 1}));
    std::vector<float> want;
    for (size_t row = 0; row < 22; ++row) {
      double sum = 0;
      float most = got[0][row * 35];
      for (size_t i = 0; i < 35; ++i) {
        sum += static_cast<double>(got[0][row * 35 + i]);
        most = std::max(most, got[0][row * 35 + i]);
      }
      want.push_back(std::string(op) == "GlobalMaxPool"
                         ? most
                         : static_cast<float>(sum / 35));
    }
    EXPECT_LT(MaxError(t.Output<float>(0), want), 1e-6);
    EXPECT_LT(MaxError(got[1], want), 1e-6);
  }
}

TEST(Pool, LpNorm) {
  OpTester t(kAllOps, "LpPool", 18);
  t.Input<float>({1, 1, 2, 2}, {3, -4, 0, 12});
  t.AttrInts("kernel_shape", {2, 2}).AttrInt("p", 2);
  ASSERT_TRUE(t.Run().ok());
  EXPECT_FLOAT_EQ(t.Output<float>(0)[0], 13.0f);
  OpTester global(kAllOps, "GlobalLpPool", 2);
  global.Input<float>({1, 1, 2, 2}, {3, -4, 0, 12}).AttrInt("p", 1);
  ASSERT_TRUE(global.Run().ok());
  EXPECT_FLOAT_EQ(global.Output<float>(0)[0], 19.0f);
}

TEST(Pool, WindowThatDoesNotFitIsAnError) {
  OpTester t(kAllOps, "MaxPool", 12);
  t.Input<float>({1, 1, 2, 2}, {1, 2, 3, 4}).AttrInts("kernel_shape", {3, 3});
  const Status status = t.Run();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("test_MaxPool"), std::string::npos);
}

}  // namespace
}  // namespace onnxifi::cpu
