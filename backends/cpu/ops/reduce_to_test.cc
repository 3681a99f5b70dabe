// The operators that only derivatives need: ReduceTo, ExpandTo and CropTo.
#include <gtest/gtest.h>

#include <vector>

#include "backends/common/gradient/emitter.h"
#include "backends/common/testing/op_tester.h"
#include "backends/cpu/cpu_backend.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::OpTester;
using Floats = std::vector<float>;

OpTester Tester(const char* op, const Shape& dims, const Floats& values,
                const Shape& like) {
  OpTester t(kAllOps, op, 1, gradient::kDomain);
  size_t count = 1;
  for (const int64_t dim : like) count *= static_cast<size_t>(dim);
  t.Input<float>(dims, values).Input<float>(like, Floats(count, 9));
  return t;
}

void Expect(OpTester t, const Shape& dims, const Floats& values) {
  for (const bool dynamic : {false, true}) {
    OpTester run = t;
    if (dynamic) run.DynamicShapes();
    const Status status = run.Run();
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(run.OutputShape(0), dims);
    EXPECT_EQ(run.Output<float>(0), values);
  }
}

TEST(ReduceToTest, SumsWhatWasBroadcast) {
  const Floats six = {1, 2, 3, 4, 5, 6};
  Expect(Tester("ReduceTo", {2, 3}, six, {3}), {3}, {5, 7, 9});
  Expect(Tester("ReduceTo", {2, 3}, six, {2, 1}), {2, 1}, {6, 15});
  Expect(Tester("ReduceTo", {2, 3}, six, {}), {}, {21});
  Expect(Tester("ReduceTo", {1, 2, 3}, six, {2, 3}), {2, 3}, six);
  Expect(Tester("ReduceTo", {2, 1, 3}, six, {1, 1}), {1, 1}, {21});
  Expect(Tester("ReduceTo", {2, 0}, {}, {1}), {1}, {0});
  Expect(Tester("ReduceTo", {0, 2}, {}, {2}), {2}, {0, 0});
}

TEST(ReduceToTest, ShapesThatDoNotFit) {
  for (const Shape& like : {Shape{2}, Shape{1, 2, 3}, Shape{3, 3}}) {
    EXPECT_EQ(Tester("ReduceTo", {2, 3}, Floats(6), like).Run().code(),
              ONNXIFI_STATUS_MISMATCHING_SHAPE);
  }
}

TEST(ExpandToTest, Broadcasts) {
  Expect(Tester("ExpandTo", {2, 1}, {1, 2}, {2, 3}), {2, 3},
         {1, 1, 1, 2, 2, 2});
  Expect(Tester("ExpandTo", {}, {5}, {2, 2}), {2, 2}, {5, 5, 5, 5});
  Expect(Tester("ExpandTo", {2}, {1, 2}, {2}), {2}, {1, 2});
  Expect(Tester("ExpandTo", {1}, {1}, {0, 1}), {0, 1}, {});
  for (const Shape& like : {Shape{3}, Shape{}, Shape{2, 3}}) {
    EXPECT_EQ(Tester("ExpandTo", {2}, Floats(2), like).Run().code(),
              ONNXIFI_STATUS_MISMATCHING_SHAPE);
  }
}

TEST(CropToTest, CutsAndFills) {
  const Floats six = {1, 2, 3, 4, 5, 6};
  const auto crop = [&](const Shape& like, std::vector<int64_t> offsets) {
    OpTester t = Tester("CropTo", {2, 3}, six, like);
    t.AttrInts("offsets", std::move(offsets));
    return t;
  };
  Expect(crop({2, 2}, {0, 1}), {2, 2}, {2, 3, 5, 6});
  Expect(crop({1, 5}, {1, -1}), {1, 5}, {0, 4, 5, 6, 0});
  Expect(crop({2, 3}, {0, 0}), {2, 3}, six);
  Expect(crop({2, 1}, {5, INT64_MAX}), {2, 1}, {0, 0});
  EXPECT_EQ(crop({2, 3}, {0}).Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_EQ(crop({2}, {0}).Run().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
}

}  // namespace
}  // namespace onnxifi::cpu
