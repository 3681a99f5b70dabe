#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/kernels/half.h"

namespace onnxifi::cpu {
namespace {

using graph::DataType;
using graph::Shape;
using testing::OpTester;
using testing::TypeOf;

constexpr float kInf = std::numeric_limits<float>::infinity();

template <typename T>
std::vector<T> Reduce(const char* op, Shape dims, const std::vector<T>& x,
                      const std::vector<int64_t>& axes, bool keep = true) {
  OpTester t(kAllOps, op, 20);
  t.Input<T>(std::move(dims), x);
  t.Constant<int64_t>({static_cast<int64_t>(axes.size())}, axes);
  t.AttrInt("keepdims", keep ? 1 : 0).Outputs({TypeOf<T>()});
  const Status status = t.Run();
  EXPECT_TRUE(status.ok()) << op << status.message();
  return t.Output<T>(0);
}

// A tensor of rank 4 and the definition of its reduction.
struct Example {
  Shape dims = {3, 4, 5, 7};
  std::vector<float> x;

  Example() {
    for (int i = 0; i < 420; ++i) {
      x.push_back(static_cast<float>(i * 37 % 101) / 25 - 1.9f);
    }
  }

  std::vector<double> Fold(unsigned mask, double start,
                           double (*fold)(double, double)) const {
    std::vector<double> out;
    std::vector<size_t> index(x.size());
    size_t outputs = 1;
    for (size_t i = 0; i < x.size(); ++i) {
      size_t rest = i;
      size_t stride = 1;
      size_t at = 0;
      for (size_t d = 4; d-- > 0;) {
        const auto dim = static_cast<size_t>(dims[d]);
        if ((mask >> d & 1) == 0) {
          at += rest % dim * stride;
          stride *= dim;
        }
        rest /= dim;
      }
      index[i] = at;
      outputs = stride;
    }
    out.assign(outputs, start);
    for (size_t i = 0; i < x.size(); ++i) {
      out[index[i]] = fold(out[index[i]], x[i]);
    }
    return out;
  }
};

std::vector<int64_t> Axes(unsigned mask) {
  std::vector<int64_t> axes;
  for (unsigned d = 0; d < 4; ++d) {
    if ((mask >> d & 1) != 0) axes.push_back(d % 2 == 0 ? d : int64_t{d} - 4);
  }
  return axes;
}

TEST(ReduceTest, EverySetOfAxes) {
  const Example e;
  for (unsigned mask = 1; mask < 16; ++mask) {
    double count = 1;
    for (unsigned d = 0; d < 4; ++d) {
      if ((mask >> d & 1) != 0) count *= static_cast<double>(e.dims[d]);
    }
    const auto near = [&](const char* op, double start,
                          double (*fold)(double, double),
                          double (*end)(double, double)) {
      const std::vector<double> exact = e.Fold(mask, start, fold);
      const std::vector<float> y = Reduce<float>(op, e.dims, e.x, Axes(mask));
      ASSERT_EQ(y.size(), exact.size());
      for (size_t i = 0; i < y.size(); ++i) {
        const double want = end(exact[i], count);
        ASSERT_NEAR(y[i], want, 1e-5 * (1 + std::fabs(want)))
            << op << " of axes " << mask << " at " << i;
      }
    };
    const auto id = [](double v, double) { return v; };
    const auto sum = [](double a, double x) { return a + x; };
    const auto square = [](double a, double x) { return a + x * x; };
    near("ReduceSum", 0, sum, id);
    near("ReduceMean", 0, sum, [](double v, double n) { return v / n; });
    near(
        "ReduceMax", -1e9, [](double a, double x) { return std::max(a, x); },
        id);
    near(
        "ReduceMin", 1e9, [](double a, double x) { return std::min(a, x); },
        id);
    near(
        "ReduceL1", 0, [](double a, double x) { return a + std::fabs(x); }, id);
    near("ReduceSumSquare", 0, square, id);
    near("ReduceL2", 0, square, [](double v, double) { return std::sqrt(v); });
    near(
        "ReduceLogSumExp", 0,
        [](double a, double x) { return a + std::exp(x); },
        [](double v, double) { return std::log(v); });
  }
}

TEST(ReduceTest, OtherTypes) {
  using I = std::vector<int64_t>;
  EXPECT_EQ(Reduce<int64_t>("ReduceSum", {2, 3}, {1, 2, 3, 4, 5, 6}, {0}),
            (I{5, 7, 9}));
  EXPECT_EQ(Reduce<int32_t>("ReduceMean", {4}, {-3, -4, 0, 0}, {0}),
            std::vector<int32_t>{-1});
  EXPECT_EQ(Reduce<uint32_t>("ReduceProd", {3}, {2, 3, 7}, {0}),
            std::vector<uint32_t>{42});
  EXPECT_EQ(Reduce<int8_t>("ReduceMax", {3}, {-2, -3, -7}, {0}),
            std::vector<int8_t>{-2});
  EXPECT_EQ(Reduce<uint8_t>("ReduceMin", {3}, {200, 130, 255}, {0}),
            std::vector<uint8_t>{130});
  EXPECT_EQ(Reduce<bool>("ReduceMax", {2, 2}, {false, true, false, false}, {1}),
            (std::vector<bool>{true, false}));
  EXPECT_EQ(Reduce<double>("ReduceLogSum", {2}, {1, std::exp(1.0) - 1}, {0}),
            std::vector<double>{1});
  OpTester half(kAllOps, "ReduceSum", 13);
  std::vector<std::byte> ones(2 * 3000);
  for (size_t i = 0; i < 3000; ++i) {
    const Float16 one = ToFloat16(1);
    std::memcpy(ones.data() + 2 * i, &one, 2);
  }
  half.RawInput(DataType::kFloat16, {3000}, ones, false);
  ASSERT_TRUE(half.Outputs({DataType::kFloat16}).Run().ok());
  // Exact only because the sum is kept in float32.
  EXPECT_EQ(half.Output<uint16_t>(0)[0], ToFloat16(3000).bits);
}

TEST(ReduceTest, EmptySetsGiveTheNeutralElement) {
  const auto empty = [](const char* op) {
    return Reduce<float>(op, {2, 0, 1}, {}, {1});
  };
  using V = std::vector<float>;
  EXPECT_EQ(empty("ReduceSum"), (V{0, 0}));
  EXPECT_EQ(empty("ReduceProd"), (V{1, 1}));
  EXPECT_EQ(empty("ReduceMax"), (V{-kInf, -kInf}));
  EXPECT_EQ(empty("ReduceMin"), (V{kInf, kInf}));
  EXPECT_EQ(empty("ReduceLogSum"), (V{-kInf, -kInf}));
  EXPECT_EQ(empty("ReduceLogSumExp"), (V{-kInf, -kInf}));
  EXPECT_TRUE(std::isnan(empty("ReduceMean")[0]));
  EXPECT_EQ(Reduce<int32_t>("ReduceMax", {0}, {}, {0}),
            std::vector<int32_t>{INT32_MIN});
}

TEST(ReduceTest, AxesAndShapesInEveryForm) {
  OpTester old(kAllOps, "ReduceSum", 11);
  old.Input<float>({2, 3}, {1, 2, 3, 4, 5, 6}).AttrInts("axes", {-1});
  ASSERT_TRUE(old.AttrInt("keepdims", 0).Run().ok());
  EXPECT_EQ(old.OutputShape(0), Shape{2});
  EXPECT_EQ(old.Output<float>(0), (std::vector<float>{6, 15}));
  OpTester all(kAllOps, "ReduceSum", 13);
  ASSERT_TRUE(all.Input<float>({2, 2}, {1, 2, 3, 4}).Run().ok());
  EXPECT_EQ(all.OutputShape(0), (Shape{1, 1}));
  EXPECT_EQ(all.Output<float>(0), std::vector<float>{10});
  OpTester none(kAllOps, "ReduceSumSquare", 18);
  none.Input<float>({3}, {1, 2, 3}).AttrInt("noop_with_empty_axes", 1);
  ASSERT_TRUE(none.Run().ok());
  EXPECT_EQ(none.Output<float>(0), (std::vector<float>{1, 4, 9}));
  OpTester scalar(kAllOps, "ReduceMax", 18);
  ASSERT_TRUE(scalar.Input<float>({}, {5}).Run().ok());
  EXPECT_EQ(scalar.OutputShape(0), Shape{});
  OpTester bad(kAllOps, "ReduceSum", 11);
  bad.Input<float>({2}, {1, 2}).AttrInts("axes", {1});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INVALID_MODEL);
  OpTester open(kAllOps, "ReduceSum", 13);
  open.Input<float>({2}, {1, 2}).Input<int64_t>({1}, {0});
  ASSERT_TRUE(open.Run().ok());
  EXPECT_EQ(open.Output<float>(0), std::vector<float>{3});
}

TEST(ReduceTest, NanAndInfinitySpread) {
  const float nan = std::nanf("");
  for (const char* op : {"ReduceMax", "ReduceMin", "ReduceSum"}) {
    std::vector<float> x(100, 1);
    x[37] = nan;
    EXPECT_TRUE(std::isnan(Reduce<float>(op, {100}, x, {0})[0])) << op;
  }
  using V = std::vector<float>;
  EXPECT_EQ(Reduce<float>("ReduceLogSumExp", {2}, {kInf, 1}, {0}), V{kInf});
  EXPECT_EQ(Reduce<float>("ReduceLogSumExp", {2}, {-kInf, -kInf}, {0}),
            V{-kInf});
  EXPECT_NEAR(Reduce<float>("ReduceLogSumExp", {2}, {1000, 1000}, {0})[0],
              1000 + std::log(2.0), 1e-3);
}

TEST(ReduceTest, LargeSumsDoNotDependOnThreads) {
  std::vector<float> x(300001);
  double exact = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(i % 1013) / 1013;
    exact += x[i];
  }
  std::vector<float> results;
  for (const int threads : {1, 2, 3}) {
    OpTester t(kAllOps, "ReduceSum", 13);
    t.Input<float>({300001}, x).Threads(threads);
    ASSERT_TRUE(t.Run().ok());
    results.push_back(t.Output<float>(0)[0]);
  }
  EXPECT_NEAR(results[0], exact, 1e-5 * exact);
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(ReduceTest, ArgMaxAndArgMin) {
  const auto arg = [](const char* op, int64_t axis, bool last) {
    OpTester t(kAllOps, op, 13);
    t.Input<float>({2, 3}, {2, 5, 5, 7, 0, 0}).AttrInt("axis", axis);
    t.AttrInt("keepdims", 0).AttrInt("select_last_index", last ? 1 : 0);
    EXPECT_TRUE(t.Outputs({DataType::kInt64}).Run().ok());
    return t.Output<int64_t>(0);
  };
  using I = std::vector<int64_t>;
  EXPECT_EQ(arg("ArgMax", 1, false), (I{1, 0}));
  EXPECT_EQ(arg("ArgMax", 1, true), (I{2, 0}));
  EXPECT_EQ(arg("ArgMax", 0, false), (I{1, 0, 0}));
  EXPECT_EQ(arg("ArgMin", -1, false), (I{0, 1}));
  EXPECT_EQ(arg("ArgMin", -1, true), (I{0, 2}));
  OpTester nan(kAllOps, "ArgMax", 13);
  nan.Input<float>({3}, {1, std::nanf(""), 2}).Outputs({DataType::kInt64});
  ASSERT_TRUE(nan.Run().ok());
  EXPECT_EQ(nan.Output<int64_t>(0), I{1});
}

TEST(ReduceTest, RunningTotals) {
  const auto scan = [](const char* op, int64_t axis, bool exclusive,
                       bool reverse) {
    OpTester t(kAllOps, op, 26);
    t.Input<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6}).Input<int64_t>({}, {axis});
    t.AttrInt("exclusive", exclusive ? 1 : 0);
    t.AttrInt("reverse", reverse ? 1 : 0).Outputs({DataType::kInt32});
    EXPECT_TRUE(t.Run().ok());
    return t.Output<int32_t>(0);
  };
  using I = std::vector<int32_t>;
  EXPECT_EQ(scan("CumSum", 1, false, false), (I{1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(scan("CumSum", 0, false, false), (I{1, 2, 3, 5, 7, 9}));
  EXPECT_EQ(scan("CumSum", -1, true, false), (I{0, 1, 3, 0, 4, 9}));
  EXPECT_EQ(scan("CumSum", 1, false, true), (I{6, 5, 3, 15, 11, 6}));
  EXPECT_EQ(scan("CumProd", 1, true, true), (I{6, 3, 1, 30, 6, 1}));
  OpTester bad(kAllOps, "CumSum", 14);
  bad.Input<float>({2}, {1, 2}).Input<int64_t>({}, {1});
  EXPECT_EQ(bad.Run().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

}  // namespace
}  // namespace onnxifi::cpu
