// Scan of all versions.
#include <gtest/gtest.h>

#include "backends/cpu/testing/model_runner.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::ModelRunner;
using testing::TensorOf;
using Floats = std::vector<float>;

// Running sums: state s, scanned x, collected sums; other attributes of the
// node in `more`.
std::string RunningSum(const std::string& more) {
  return R"(g (float[r] s0, float[a, b] x) => (float[r] s, float[c, d] all) {
    s, all = Scan <num_scan_inputs = 1)" +
         more + R"(,
      body = b (float[r] v, float[r] e) => (float[r] w, float[r] o) {
        w = Add(v, e)
        o = Identity(w)
      }> (s0, x)
  })";
}

TEST(ScanTest, AxesAndDirections) {
  const RunValue s0 = TensorOf<float>({2}, {0, 0});
  const RunValue x = TensorOf<float>({3, 2}, {1, 10, 2, 20, 3, 30});
  const RunValue turned = TensorOf<float>({2, 3}, {1, 2, 3, 10, 20, 30});
  struct Case {
    std::string attributes;
    RunValue x;
    Shape dims;
    Floats all;
  };
  for (const Case& c : std::vector<Case>{
           {"", x, {3, 2}, {1, 10, 3, 30, 6, 60}},
           {", scan_input_axes = [1]", turned, {3, 2}, {1, 10, 3, 30, 6, 60}},
           {", scan_input_axes = [-1]", turned, {3, 2}, {1, 10, 3, 30, 6, 60}},
           {", scan_output_axes = [1]", x, {2, 3}, {1, 3, 6, 10, 30, 60}},
           {", scan_output_axes = [-1]", x, {2, 3}, {1, 3, 6, 10, 30, 60}},
           {", scan_input_directions = [1]", x, {3, 2}, {3, 30, 5, 50, 6, 60}},
           {", scan_output_directions = [1]",
            x,
            {3, 2},
            {6, 60, 3, 30, 1, 10}}}) {
    ModelRunner m(RunningSum(c.attributes));
    ASSERT_TRUE(m.status().ok()) << m.status().message();
    const Status status = m.Run({s0, c.x});
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(m.Output<float>(0), (Floats{6, 60})) << c.attributes;
    EXPECT_EQ(m.dims(1), c.dims) << c.attributes;
    EXPECT_EQ(m.Output<float>(1), c.all) << c.attributes;
  }
}

TEST(ScanTest, SeveralInputsOutputsAndACapturedValue) {
  ModelRunner m(R"(g (float[n] x, float[n] y, float k)
      => (float[n] sum, float[n] product) {
    sum, product = Scan <num_scan_inputs = 2,
      body = b (float e, float f) => (float o, float p) {
        o = Add(e, f)
        q = Mul(e, f)
        p = Mul(q, k)
      }> (x, y)
  })");
  ASSERT_TRUE(m.status().ok()) << m.status().message();
  ASSERT_TRUE(m.Run({TensorOf<float>({2}, {1, 2}), TensorOf<float>({2}, {3, 4}),
                     TensorOf<float>({}, {10})})
                  .ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{4, 6}));
  EXPECT_EQ(m.Output<float>(1), (Floats{30, 80}));
  EXPECT_EQ(m.Run({TensorOf<float>({2}, {1, 2}), TensorOf<float>({1}, {3}),
                   TensorOf<float>({}, {10})})
                .code(),
            ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

TEST(ScanTest, NothingToScanGivesEmptyOutputs) {
  ModelRunner m(RunningSum(", scan_output_axes = [1]"));
  const RunValue s0 = TensorOf<float>({2}, {5, 6});
  ASSERT_TRUE(m.Run({s0, TensorOf<float>({0, 2}, {})}).ok());
  EXPECT_EQ(m.Output<float>(0), (Floats{5, 6}));
  EXPECT_EQ(m.dims(1), (Shape{0, 0}));  // the model leaves r open
}

// Two sequences of up to three numbers.
std::string Batched(const std::string& lengths, const std::string& more) {
  return R"(g (int64[q] lens, float[b, 1] s0, float[b, t, 1] x)
      => (float[b, 1] s, float[b, t, 1] all) {
    s, all = Scan <num_scan_inputs = 1)" +
         more + R"(,
      body = b (float[1] v, float[1] e) => (float[1] w, float[1] o) {
        w = Add(v, e)
        o = Identity(w)
      }> ()" +
         lengths + R"(, s0, x)
    unused = Identity(lens)
  })";
}

TEST(ScanTest, Version8ScansEachEntryOfABatch) {
  const RunValue s0 = TensorOf<float>({2, 1}, {0, 100});
  const RunValue x = TensorOf<float>({2, 3, 1}, {1, 2, 3, 4, 5, 6});
  const RunValue lens = TensorOf<int64_t>({2}, {3, 1});

  ModelRunner whole(Batched("\"\"", ""), 8);
  ASSERT_TRUE(whole.status().ok()) << whole.status().message();
  Status status = whole.Run({lens, s0, x});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(whole.Output<float>(0), (Floats{6, 115}));
  EXPECT_EQ(whole.dims(1), (Shape{2, 3, 1}));
  EXPECT_EQ(whole.Output<float>(1), (Floats{1, 3, 6, 104, 109, 115}));

  ModelRunner cut(Batched("lens", ""), 8);
  status = cut.Run({lens, s0, x});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(cut.Output<float>(0), (Floats{6, 104}));
  EXPECT_EQ(cut.Output<float>(1), (Floats{1, 3, 6, 104, 0, 0}));

  ModelRunner back(Batched("lens", ", directions = [1]"), 8);
  ASSERT_TRUE(back.Run({TensorOf<int64_t>({2}, {2, 0}), s0, x}).ok());
  EXPECT_EQ(back.Output<float>(0), (Floats{3, 100}));
  EXPECT_EQ(back.Output<float>(1), (Floats{2, 3, 0, 0, 0, 0}));

  for (const std::vector<int64_t>& wrong :
       {std::vector<int64_t>{4, 1}, {-1, 1}, {1}, {1, 1, 1}}) {
    const auto count = static_cast<int64_t>(wrong.size());
    EXPECT_EQ(cut.Run({TensorOf<int64_t>({count}, wrong), s0, x}).code(),
              ONNXIFI_STATUS_MISMATCHING_SHAPE);
  }
  // No entries at all.
  ASSERT_TRUE(whole
                  .Run({lens, TensorOf<float>({0, 1}, {}),
                        TensorOf<float>({0, 3, 1}, {})})
                  .ok());
  EXPECT_EQ(whole.dims(1), (Shape{0, 3, 1}));
}

}  // namespace
}  // namespace onnxifi::cpu
