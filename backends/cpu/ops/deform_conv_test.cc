// DeformConv, MaxUnpool, MaxRoiPool, FlexAttention.
#include <gtest/gtest.h>

#include <cmath>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/testing/graph_builder.h"
#include "backends/cpu/testing/model_runner.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using onnxifi::testing::OpTester;
using testing::MaxError;
using testing::ModelRunner;
using testing::Noise;
using testing::TensorOf;
using Floats = std::vector<float>;

TEST(DeformConvTest, WithoutOffsetsIsConvolution) {
  const Floats x = Noise(2 * 4 * 6 * 5, 1);
  const Floats w = Noise(6 * 2 * 3 * 2, 2);
  const Floats b = Noise(6, 3);
  const auto attributes = [](OpTester& t) {
    t.AttrInt("group", 2).AttrInts("pads", {1, 0, 1, 1});
    t.AttrInts("strides", {2, 1}).AttrInts("dilations", {1, 2});
  };
  OpTester conv(kAllOps, "Conv", 22);
  conv.Input<float>({2, 4, 6, 5}, x).Constant<float>({6, 2, 3, 2}, w);
  conv.Constant<float>({6}, b);
  attributes(conv);
  ASSERT_TRUE(conv.Run().ok());
  const Shape out = conv.OutputShape(0);

  OpTester deform(kAllOps, "DeformConv", 22);
  deform.Input<float>({2, 4, 6, 5}, x).Constant<float>({6, 2, 3, 2}, w);
  const int64_t points = out[2] * out[3];
  deform.Input<float>({2, 2 * 12, out[2], out[3]},
                      Floats(static_cast<size_t>(2 * 24 * points)));
  deform.Constant<float>({6}, b).AttrInt("offset_group", 2);
  attributes(deform);
  ASSERT_TRUE(deform.Run().ok());
  EXPECT_EQ(deform.OutputShape(0), out);
  EXPECT_LT(MaxError(deform.Output<float>(0), conv.Output<float>(0)), 1e-5);
}

// One output point, so that every offset is easy to follow.
template <typename T>
OpTester OnePoint(const std::vector<T>& offset, const std::vector<T>& mask) {
  OpTester t(kAllOps, "DeformConv", 19);
  t.Input<T>({1, 1, 2, 2}, {1, 2, 3, 4})
      .template Input<T>({1, 1, 1, 2}, {1, 10});
  t.AttrInts("strides", {2, 2});
  t.template Input<T>({1, 4, 1, 1}, offset).NoInput();
  if (!mask.empty()) t.template Input<T>({1, 2, 1, 1}, mask);
  t.Outputs({onnxifi::testing::TypeOf<T>()});
  return t;
}

TEST(DeformConvTest, OffsetsInterpolateAndLeaveTheImage) {
  // Kernel point 0 at (0, 0) + offset, point 1 at (0, 1) + offset.
  struct Case {
    Floats offset, mask;
    float result;
  };
  for (const Case& c :
       std::vector<Case>{{{0, 0, 0, 0}, {}, 1 + 10 * 2},
                         {{1, 0, 1, -1}, {}, 3 + 10 * 3},
                         {{0.5F, 0.5F, 0, 0}, {}, 2.5F + 10 * 2},
                         {{0, 0, 0, 0.5F}, {}, 1 + 10 * 1},  // half outside
                         {{-1, 0, 5, 0}, {}, 0},
                         {{0, 0, 0, 0}, {0.5F, 0}, 0.5F},
                         {{std::nanf(""), 0, 1e30F, 0}, {}, 0}}) {
    OpTester t = OnePoint<float>(c.offset, c.mask);
    ASSERT_TRUE(t.Run().ok());
    EXPECT_FLOAT_EQ(t.Output<float>(0)[0], c.result);
    OpTester wide =
        OnePoint<double>(std::vector<double>(c.offset.begin(), c.offset.end()),
                         std::vector<double>(c.mask.begin(), c.mask.end()));
    ASSERT_TRUE(wide.Run().ok());
    EXPECT_DOUBLE_EQ(wide.Output<double>(0)[0], c.result);
  }
}

TEST(DeformConvTest, ShapesMustFit) {
  OpTester t(kAllOps, "DeformConv", 22);
  t.Input<float>({1, 1, 2, 2}, {1, 2, 3, 4}).Input<float>({1, 1, 1, 1}, {1});
  t.Input<float>({1, 2, 2, 1}, {0, 0, 0, 0});
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  OpTester volume(kAllOps, "DeformConv", 22);
  volume.Input<float>({1, 1, 1, 1, 2}, {1, 3})
      .Input<float>({1, 1, 1, 1, 1}, {2});
  volume.Input<float>({1, 3, 1, 1, 2}, {0, 0, 0, 0, 0.5F, -0.5F});
  ASSERT_TRUE(volume.Run().ok());
  EXPECT_EQ(volume.Output<float>(0), (Floats{4, 4}));
}

TEST(MaxUnpoolTest, PutsMaximaBack) {
  OpTester t(kAllOps, "MaxUnpool", 11);
  t.Input<float>({1, 1, 1, 2}, {5, 6}).Input<int64_t>({1, 1, 1, 2}, {5, 2});
  t.AttrInts("kernel_shape", {2, 2}).AttrInts("strides", {2, 2});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{1, 1, 2, 4}));
  EXPECT_EQ(t.Output<float>(0), (Floats{0, 0, 6, 0, 0, 5, 0, 0}));
  for (const int64_t wrong : {int64_t{8}, int64_t{-1}}) {
    OpTester bad(kAllOps, "MaxUnpool", 11);
    bad.Input<float>({1, 1, 1, 2}, {5, 6});
    bad.Input<int64_t>({1, 1, 1, 2}, {0, wrong});
    bad.AttrInts("kernel_shape", {2, 2}).AttrInts("strides", {2, 2});
    EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
  }
  OpTester small(kAllOps, "MaxUnpool", 11);
  small.Input<float>({1, 1, 2}, {5, 6}).Input<int64_t>({1, 1, 2}, {0, 1});
  small.Constant<int64_t>({3}, {1, 1, 2}).AttrInts("kernel_shape", {2});
  EXPECT_EQ(small.Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

OpTester RoiPool(const Floats& rois) {
  OpTester t(kAllOps, "MaxRoiPool", 22);
  t.Input<float>({1, 1, 4, 4},
                 {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
  t.Input<float>({static_cast<int64_t>(rois.size() / 5), 5}, rois);
  t.AttrInts("pooled_shape", {2, 2});
  return t;
}

TEST(MaxRoiPoolTest, PoolsCellsOfRegions) {
  OpTester t = RoiPool({0, 0, 0, 3, 3, 0, 1, 1, 1, 1, 0, 90, 90, 99, 99});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{3, 1, 2, 2}));
  EXPECT_EQ(t.Output<float>(0), (Floats{5, 7, 13, 15, 5, 5, 5, 5, 0, 0, 0, 0}));
  OpTester scaled = RoiPool({0, 0, 0, 6, 6});
  scaled.AttrFloat("spatial_scale", 0.5F);
  ASSERT_TRUE(scaled.Run().ok());
  EXPECT_EQ(scaled.Output<float>(0), (Floats{5, 7, 13, 15}));
  for (const float entry : {1.0F, -1.0F, std::nanf("")}) {
    EXPECT_EQ(RoiPool({entry, 0, 0, 1, 1}).Run().code(),
              ONNXIFI_STATUS_INTERNAL_ERROR);
  }
}

// Against plain loops in double.
Floats Attend(const Floats& q, const Floats& k, const Floats& v, int64_t heads,
              int64_t kv, int64_t rows, int64_t keys, int64_t width,
              bool causal) {
  Floats out;
  for (int64_t h = 0; h < heads; ++h) {
    const int64_t g = h / (heads / kv);
    for (int64_t i = 0; i < rows; ++i) {
      std::vector<double> p(static_cast<size_t>(keys));
      double total = 0;
      for (int64_t j = 0; j < keys; ++j) {
        double dot = 0;
        for (int64_t e = 0; e < width; ++e) {
          dot += double{q[static_cast<size_t>((h * rows + i) * width + e)]} *
                 k[static_cast<size_t>((g * keys + j) * width + e)];
        }
        if (causal && j > i) continue;
        p[static_cast<size_t>(j)] =
            std::exp(dot / std::sqrt(static_cast<double>(width)));
        total += p[static_cast<size_t>(j)];
      }
      for (int64_t e = 0; e < width; ++e) {
        double sum = 0;
        for (int64_t j = 0; j < keys; ++j) {
          sum += p[static_cast<size_t>(j)] / total *
                 v[static_cast<size_t>((g * keys + j) * width + e)];
        }
        out.push_back(static_cast<float>(sum));
      }
    }
  }
  return out;
}

std::string Flex(const std::string& attributes) {
  return R"(<ir_version: 10, opset_import: ["" : 23, "ai.onnx.preview" : 1]>
    g (float[1, 4, 3, 8] q, float[1, 2, 5, 8] k, float[1, 2, 5, 8] v)
      => (float[1, 4, 3, 8] y) {
      y = ai.onnx.preview.FlexAttention )" +
         attributes + R"( (q, k, v)
    })";
}

TEST(FlexAttentionTest, BodiesChangeScoresAndProbabilities) {
  const Floats q = Noise(4 * 3 * 8, 1);
  const Floats k = Noise(2 * 5 * 8, 2);
  const Floats v = Noise(2 * 5 * 8, 3);
  const std::vector<RunValue> inputs = {TensorOf<float>({1, 4, 3, 8}, q),
                                        TensorOf<float>({1, 2, 5, 8}, k),
                                        TensorOf<float>({1, 2, 5, 8}, v)};
  ModelRunner plain(graph::ModelFromText(Flex("").c_str()));
  ASSERT_TRUE(plain.status().ok()) << plain.status().message();
  Status status = plain.Run(inputs);
  ASSERT_TRUE(status.ok()) << status.message();
  const Floats expected = Attend(q, k, v, 4, 2, 3, 5, 8, false);
  EXPECT_LT(MaxError(plain.Output<float>(0), expected), 1e-5);

  // Keys behind the query are masked; probabilities are doubled.
  ModelRunner mod(graph::ModelFromText(Flex(R"(<
    score_mod = s (float[b, h, l, t] x) => (float[b, h, l, t] z) {
      low = Constant <value = float {-inf}> ()
      ones = Constant <value = float {1.0}> ()
      shape = Shape(x)
      full = Expand(ones, shape)
      lower = Trilu <upper = 0> (full)
      none = Constant <value = float {0.0}> ()
      keep = Greater(lower, none)
      z = Where(keep, x, low)
    },
    prob_mod = p (float[b, h, l, t] x2) => (float[b, h, l, t] z2) {
      z2 = Add(x2, x2)
    }>)")
                                           .c_str()));
  if (!mod.status().ok()) GTEST_FAIL() << mod.status().message();
  status = mod.Run(inputs);
  ASSERT_TRUE(status.ok()) << status.message();
  Floats masked = Attend(q, k, v, 4, 2, 3, 5, 8, true);
  for (float& value : masked) value *= 2;
  EXPECT_LT(MaxError(mod.Output<float>(0), masked), 1e-5);
}

}  // namespace
}  // namespace onnxifi::cpu
