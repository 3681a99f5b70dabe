// Operators with a float kernel and another one for float64, which must not
// narrow: inputs and results have digits that float does not hold.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using testing::OpTester;
using Doubles = std::vector<double>;

// A few roundings of numbers near 1; float's first is 6e-8.
constexpr double kClose = 4e-15;
constexpr double kTiny = 1e-9;

void ExpectClose(const Doubles& got, const Doubles& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], wanted[i], kClose) << i;
  }
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

Doubles Sample(const std::string& mode) {
  OpTester t(kAllOps, "GridSample", 20);
  t.Input<double>({1, 1, 2, 2}, {1, 1 + kTiny, 1, 1 + kTiny});
  t.Input<double>({1, 1, 1, 2}, {0.5 + kTiny, 0}).AttrInt("align_corners", 1);
  t.AttrString("mode", mode).AttrString("padding_mode", "border");
  t.Outputs({DataType::kDouble});
  EXPECT_TRUE(t.Run().ok());
  return t.Output<double>(0);
}

TEST(Float64Test, GridSample) {
  ExpectClose(Sample("linear"), {1 + 0.75 * kTiny});
  // At 3/4 the weights of the last two, which read the second column.
  ExpectClose(Sample("cubic"), {1 + (0.87890625 - 0.10546875) * kTiny});
  EXPECT_EQ(Sample("nearest"), (Doubles{1 + kTiny}));
}

TEST(Float64Test, GridSamplePlaces) {
  // 0.55 between the columns: as a float it would be another place.
  OpTester t(kAllOps, "GridSample", 20);
  t.Input<double>({1, 1, 1, 2}, {0, 1}).AttrInt("align_corners", 1);
  t.Input<double>({1, 1, 1, 2}, {0.1, 0}).Outputs({DataType::kDouble});
  ASSERT_TRUE(t.Run().ok());
  ExpectClose(t.Output<double>(0), {0.55});
  // A grid that is wider than the image: its digits decide on the nearest.
  OpTester near(kAllOps, "GridSample", 20);
  near.Input<float>({1, 1, 1, 2}, {3, 4}).AttrInt("align_corners", 1);
  near.Input<double>({1, 1, 2, 2}, {-kTiny, 0, kTiny, 0});
  near.AttrString("mode", "nearest");
  ASSERT_TRUE(near.Run().ok());
  EXPECT_EQ(near.Output<float>(0), (std::vector<float>{3, 4}));
}

template <typename T>
std::vector<T> Middle(const std::string& mode, std::vector<T> row) {
  OpTester t(kAllOps, "Resize", 13);
  t.Input<T>({static_cast<int64_t>(row.size())}, row).NoInput();
  t.Constant<float>({1}, {2}).AttrString("mode", mode);
  t.AttrString("coordinate_transformation_mode", "asymmetric");
  t.Outputs({testing::TypeOf<T>()});
  EXPECT_TRUE(t.Run().ok());
  const std::vector<T> all = t.Output<T>(0);
  return {all.begin() + 3, all.begin() + 4};  // between 1 and 2
}

TEST(Float64Test, ResizeOfTypesWiderThanFloat) {
  const Doubles row = {1, 1, 1 + kTiny, 1};
  ExpectClose(Middle("linear", row), {1 + 0.5 * kTiny});
  ExpectClose(Middle("cubic", row), {1 + 19.0 / 32 * kTiny});
  constexpr int64_t kMany = int64_t{1} << 40;
  EXPECT_EQ(Middle<int64_t>("linear", {0, kMany + 1, kMany + 3, 0}),
            (std::vector<int64_t>{kMany + 2}));
  constexpr int32_t kMost = std::numeric_limits<int32_t>::max();
  EXPECT_EQ(Middle<int32_t>("cubic", {0, kMost, kMost, 0}),
            (std::vector<int32_t>{kMost}));
}

TEST(Float64Test, RnnGruLstmStep) {
  const double x = 1 + kTiny;
  for (const std::string op : {"RNN", "GRU", "LSTM"}) {
    const int64_t gates = op == "RNN" ? 1 : op == "GRU" ? 3 : 4;
    const size_t width = static_cast<size_t>(gates);
    OpTester t(kAllOps, op, 14);
    t.Input<double>({1, 1, 1}, {x});
    t.Constant<double>({1, gates, 1}, Doubles(width, 0.3));
    t.Constant<double>({1, gates, 1}, Doubles(width, 0.7));
    t.Input<double>({1, 2 * gates}, Doubles(2 * width, 0.1));
    t.NoInput().Input<double>({1, 1, 1}, {0.5}).AttrInt("hidden_size", 1);
    t.Outputs({DataType::kDouble});
    ASSERT_TRUE(t.Run().ok()) << op;
    const double sum = 0.3 * x + 0.35 + 0.2;
    const double z = Sigmoid(sum);
    const double candidate = std::tanh(0.3 * x + z * 0.35 + 0.2);
    const double wanted = op == "RNN"   ? std::tanh(sum)
                          : op == "GRU" ? (1 - z) * candidate + z * 0.5
                                        : z * std::tanh(z * std::tanh(sum));
    ExpectClose(t.Output<double>(0), {wanted});
  }
}

TEST(Float64Test, ClassLosses) {
  OpTester nll(kAllOps, "NegativeLogLikelihoodLoss", 13);
  nll.Input<double>({2, 2}, {-1, -2, -3, -4 - kTiny});
  nll.Input<int64_t>({2}, {0, 1}).Input<double>({2}, {1, 1 + kTiny});
  nll.Outputs({DataType::kDouble});
  ASSERT_TRUE(nll.Run().ok());
  const double w = 1 + kTiny;
  ExpectClose(nll.Output<double>(0), {(1 + (4 + kTiny) * w) / (1 + w)});

  OpTester ce(kAllOps, "SoftmaxCrossEntropyLoss", 13);
  ce.Input<double>({1, 2}, {kTiny, 1}).Input<int64_t>({1}, {1});
  ce.AttrString("reduction", "none");
  ce.Outputs({DataType::kDouble, DataType::kDouble});
  ASSERT_TRUE(ce.Run().ok());
  const double loss = std::log1p(std::exp(kTiny - 1));
  ExpectClose(ce.Output<double>(0), {loss});
  ExpectClose(ce.Output<double>(1), {kTiny - 1 - loss, -loss});
}

TEST(Float64Test, RoiAlign) {
  OpTester t(kAllOps, "RoiAlign", 16);
  t.Input<double>({1, 1, 1, 2}, {0, 1});
  t.Input<double>({1, 4}, {0.6, 0.5, 1.6, 0.5}).Input<int64_t>({1}, {0});
  t.AttrInt("sampling_ratio", 1).Outputs({DataType::kDouble});
  ASSERT_TRUE(t.Run().ok());
  ExpectClose(t.Output<double>(0), {0.6});
}

TEST(Float64Test, GroupAndRmsNormalization) {
  OpTester group(kAllOps, "GroupNormalization", 21);
  group.Input<double>({1, 2, 1}, {1, 3 + 2 * kTiny});
  group.Input<double>({2}, {1, 1}).Input<double>({2}, {0, kTiny});
  group.AttrInt("num_groups", 1).AttrFloat("epsilon", 0);
  group.Outputs({DataType::kDouble});
  ASSERT_TRUE(group.Run().ok());
  ExpectClose(group.Output<double>(0), {-1, 1 + kTiny});

  OpTester rms(kAllOps, "RMSNormalization", 23);
  rms.Input<double>({1, 2}, {3, 4}).Input<double>({2}, {1, 1 + kTiny});
  rms.AttrFloat("epsilon", 0).Outputs({DataType::kDouble});
  ASSERT_TRUE(rms.Run().ok());
  const double norm = std::sqrt(12.5);
  ExpectClose(rms.Output<double>(0), {3 / norm, 4 / norm * (1 + kTiny)});
}

TEST(Float64Test, AttentionWithCacheMaskAndScores) {
  OpTester t(kAllOps, "Attention", 23);
  t.Input<double>({1, 1, 1, 2}, {1, kTiny}).Input<double>({1, 1, 1, 2}, {0, 1});
  t.Input<double>({1, 1, 1, 1}, {1 + kTiny}).Input<double>({1, 2}, {0, 1});
  t.Input<double>({1, 1, 1, 2}, {1, 0}).Input<double>({1, 1, 1, 1}, {1});
  t.Outputs(std::vector<DataType>(4, DataType::kDouble));
  ASSERT_TRUE(t.Run().ok());
  const double scale = std::sqrt(0.5);
  const double share = Sigmoid(kTiny * scale + 1 - scale);
  ExpectClose(t.Output<double>(0), {1 + share * kTiny});
  EXPECT_EQ(t.Output<double>(1), (Doubles{1, 0, 0, 1}));
  EXPECT_EQ(t.Output<double>(2), (Doubles{1, 1 + kTiny}));
  ExpectClose(t.Output<double>(3), {scale, scale * kTiny});
}

TEST(Float64Test, MixedTypesAreReported) {
  OpTester rnn(kAllOps, "RNN", 14);
  rnn.Input<double>({1, 1, 1}, {1}).Input<double>({1, 1, 1}, {1});
  rnn.Input<float>({1, 1, 1}, {1}).Outputs({DataType::kDouble});
  EXPECT_EQ(rnn.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
  OpTester loss(kAllOps, "NegativeLogLikelihoodLoss", 13);
  loss.Input<double>({1, 1}, {1}).Input<int64_t>({1}, {0});
  loss.Input<float>({1}, {1}).Outputs({DataType::kDouble});
  EXPECT_EQ(loss.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
  OpTester group(kAllOps, "GroupNormalization", 21);
  group.Input<double>({1, 1}, {1}).Input<double>({1}, {1});
  group.Input<float>({1}, {1}).AttrInt("num_groups", 1);
  group.Outputs({DataType::kDouble});
  EXPECT_EQ(group.Run().code(), ONNXIFI_STATUS_MISMATCHING_DATATYPE);
}

}  // namespace
}  // namespace onnxifi::cpu
