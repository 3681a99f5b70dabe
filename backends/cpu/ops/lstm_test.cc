// RNN, GRU and LSTM, run backwards and both ways with sequences of unequal
// length. The expected values come from another implementation.
#include <gtest/gtest.h>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

// A fixed pattern around zero.
Floats Ramp(const Shape& dims, int64_t period) {
  int64_t count = 1;
  for (const int64_t d : dims) count *= d;
  Floats values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>(i * 5 % period - period / 2) * 0.1F);
  }
  return values;
}

template <typename T>
void Add(OpTester& t, const Shape& dims, int64_t period) {
  const Floats ramp = Ramp(dims, period);
  t.Input<T>(dims, std::vector<T>(ramp.begin(), ramp.end()));
}

template <typename T>
void CheckAs(const std::string& op, int64_t gates, int64_t directions,
             const std::string& direction, bool linear,
             const std::vector<Floats>& expected) {
  const bool lstm = op == "LSTM";
  OpTester t(kAllOps, op, 14);
  Add<T>(t, {3, 2, 2}, 11);
  Add<T>(t, {directions, gates * 2, 2}, 7);
  Add<T>(t, {directions, gates * 2, 2}, 5);
  Add<T>(t, {directions, gates * 4}, 9);
  t.Input<int32_t>({2}, {3, 2});
  Add<T>(t, {directions, 2, 2}, 3);
  if (lstm) {
    Add<T>(t, {directions, 2, 2}, 5);
    Add<T>(t, {directions, 6}, 7);
    t.AttrFloat("clip", 0.35F);
  }
  t.AttrInt("hidden_size", 2).AttrString("direction", direction);
  if (linear) t.AttrInt("linear_before_reset", 1);
  t.Outputs(std::vector<DataType>(expected.size(), testing::TypeOf<T>()));
  ASSERT_TRUE(t.Run().ok());
  for (size_t o = 0; o < expected.size(); ++o) {
    const std::vector<T> got = t.Output<T>(o);
    ASSERT_EQ(got.size(), expected[o].size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], expected[o][i], 2e-6F) << "output " << o << " " << i;
    }
  }
}

void Check(const std::string& op, int64_t gates, int64_t directions,
           const std::string& direction, bool linear,
           const std::vector<Floats>& expected) {
  CheckAs<float>(op, gates, directions, direction, linear, expected);
  CheckAs<double>(op, gates, directions, direction, linear, expected);
}

TEST(RecurrentTest, LstmReverse) {
  Check("LSTM", 4, 1, "reverse", false,
        {{0.0450984F, 0.0796083F, 0.054052F, 0.0206649F, 0.0516962F, 0.0230117F,
          0.00555284F, -0.0120027F, 0.00278589F, -0.0134992F, 0.0F, 0.0F},
         {0.0450984F, 0.0796083F, 0.054052F, 0.0206649F},
         {0.109532F, 0.169073F, 0.111836F, 0.0441697F}});
}

TEST(RecurrentTest, GruReverse) {
  Check("GRU", 3, 1, "reverse", false,
        {{-0.125649F, 0.0120961F, 0.00111147F, -0.115352F, -0.034669F,
          -0.0442353F, -0.0199595F, -0.114242F, -0.0743443F, 0.00685078F, 0.0F,
          0.0F},
         {-0.125649F, 0.0120961F, 0.00111147F, -0.115352F}});
}

TEST(RecurrentTest, GruReverseLinear) {
  Check(
      "GRU", 3, 1, "reverse", true,
      {{-0.182724F, 0.128165F, -0.047451F, -0.0198383F, -0.0841895F, 0.0499926F,
        -0.0563476F, -0.0575067F, -0.110754F, 0.0632072F, 0.0F, 0.0F},
       {-0.182724F, 0.128165F, -0.047451F, -0.0198383F}});
}

TEST(RecurrentTest, RnnReverse) {
  Check("RNN", 1, 1, "reverse", false,
        {{-0.457773F, 0.341253F, -0.667625F, 0.36579F, -0.661446F, 0.383895F,
          -0.680476F, 0.362707F, -0.685809F, 0.362707F, 0.0F, 0.0F},
         {-0.457773F, 0.341253F, -0.667625F, 0.36579F}});
}

TEST(RecurrentTest, LstmBidirectional) {
  Check("LSTM", 4, 2, "bidirectional", false,
        {{-0.0101776F,   0.0150076F,    0.00480924F, -0.0167474F, 0.00482653F,
          0.041369F,     -0.0674343F,   0.0350131F,  0.0435542F,  0.0358578F,
          0.0515274F,    0.0240384F,    -0.0656509F, 0.040041F,   -0.0703934F,
          -0.000853343F, 0.0654718F,    0.0490092F,  0.0F,        0.0F,
          -0.0721046F,   -0.000405134F, 0.0F,        0.0F},
         {0.0654718F, 0.0490092F, 0.0515274F, 0.0240384F, 0.00482653F,
          0.041369F, -0.0674343F, 0.0350131F},
         {0.146142F, 0.100144F, 0.111112F, 0.0492853F, 0.0116254F, 0.10041F,
          -0.164599F, 0.077327F}});
}

TEST(RecurrentTest, GruBidirectional) {
  Check("GRU", 3, 2, "bidirectional", false,
        {{-0.157947F,  0.0993273F,  0.00591511F, -0.107515F,  0.197493F,
          0.21018F,    0.119675F,   0.30314F,    -0.0639443F, 0.0140631F,
          -0.0177831F, -0.118994F,  0.187831F,   0.266623F,   0.0892785F,
          0.237607F,   -0.0585968F, -0.046074F,  0.0F,        0.0F,
          0.198188F,   0.179696F,   0.0F,        0.0F},
         {-0.0585968F, -0.046074F, -0.0177831F, -0.118994F, 0.197493F, 0.21018F,
          0.119675F, 0.30314F}});
}

TEST(RecurrentTest, GruBidirectionalLinear) {
  Check("GRU", 3, 2, "bidirectional", true,
        {{-0.191096F,  0.158687F,   -0.0290165F, -0.0470085F, 0.287174F,
          0.0787443F,  0.19744F,    0.201371F,   -0.112604F,  0.110009F,
          -0.0679665F, -0.0241522F, 0.264012F,   0.159894F,   0.136749F,
          0.166561F,   -0.114952F,  0.0697119F,  0.0F,        0.0F,
          0.244974F,   0.10437F,    0.0F,        0.0F},
         {-0.114952F, 0.0697119F, -0.0679665F, -0.0241522F, 0.287174F,
          0.0787443F, 0.19744F, 0.201371F}});
}

TEST(RecurrentTest, RnnBidirectional) {
  Check("RNN", 1, 2, "bidirectional", false,
        {{-0.50052F,  0.291313F, -0.691069F, 0.327477F, -0.470629F, 0.597418F,
          -0.23655F,  0.536255F, -0.674066F, 0.364306F, -0.651144F, 0.407591F,
          -0.265744F, 0.570134F, -0.235496F, 0.641077F, -0.651585F, 0.415261F,
          0.0F,       0.0F,      -0.291313F, 0.652707F, 0.0F,       0.0F},
         {-0.651585F, 0.415261F, -0.651144F, 0.407591F, -0.470629F, 0.597418F,
          -0.23655F, 0.536255F}});
}

TEST(RecurrentTest, LengthsOutsideTheStepsAreReported) {
  OpTester t(kAllOps, "RNN", 14);
  t.Input<float>({1, 1, 1}, {1}).Input<float>({1, 1, 1}, {1});
  t.Input<float>({1, 1, 1}, {1}).NoInput().Input<int32_t>({1}, {2});
  t.AttrInt("hidden_size", 1);
  EXPECT_EQ(t.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

TEST(RecurrentTest, BatchFirstAndConstantWeights) {
  OpTester t(kAllOps, "RNN", 14);
  t.Input<float>({2, 2, 1}, {1, 2, 3, 4}).Constant<float>({1, 1, 1}, {1});
  t.Constant<float>({1, 1, 1}, {1}).AttrInt("hidden_size", 1);
  graph::Attribute relu;
  relu.name = "activations";
  relu.kind = graph::Attribute::Kind::kStrings;
  relu.strings = {"Relu"};
  t.Attr(relu).AttrInt("layout", 1);
  t.Outputs({DataType::kFloat, DataType::kFloat});
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutputShape(0), (Shape{2, 2, 1, 1}));
  EXPECT_EQ(t.Output<float>(0), (Floats{1, 3, 3, 7}));
  EXPECT_EQ(t.Output<float>(1), (Floats{3, 7}));
}

}  // namespace
}  // namespace onnxifi::cpu
