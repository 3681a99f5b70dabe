#include "backends/cpu/kernels/broadcast.h"
#include "backends/common/ops/broadcast_shape.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace onnxifi::cpu {
namespace {

using graph::Shape;

graph::Node NamedNode() {
  graph::Node node;
  node.name = "n1";
  node.op_type = "Add";
  return node;
}

TEST(BroadcastTest, ShapesFollowNumPy) {
  const auto shape = [](std::vector<Shape> shapes) {
    return BroadcastShape(NamedNode(), shapes);
  };
  EXPECT_EQ(shape({{2, 3}, {3}}).value(), (Shape{2, 3}));
  EXPECT_EQ(shape({{4, 1}, {1, 5}}).value(), (Shape{4, 5}));
  EXPECT_EQ(shape({{}, {}}).value(), Shape{});
  EXPECT_EQ(shape({{0, 3}, {1, 3}}).value(), (Shape{0, 3}));
  EXPECT_EQ(shape({{1}, {2, 1}, {1, 3}}).value(), (Shape{2, 3}));
  const auto bad = shape({{2, 3}, {4}});
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.status().code(), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(bad.status().message().find("n1"), std::string::npos);
}

TEST(BroadcastTest, LegacyAxisPlacesTheSecondOperand) {
  graph::Node node = NamedNode();
  EXPECT_FALSE(LegacyBroadcastShape(node, {2, 3}, {3}).ok());
  graph::Attribute broadcast;
  broadcast.name = "broadcast";
  broadcast.kind = graph::Attribute::Kind::kInt;
  broadcast.i = 1;
  node.attributes.push_back(broadcast);
  EXPECT_EQ(LegacyBroadcastShape(node, {2, 3}, {3}).value(), (Shape{3}));
  broadcast.name = "axis";
  node.attributes.push_back(broadcast);
  EXPECT_EQ(LegacyBroadcastShape(node, {2, 3, 4, 5}, {3, 4}).value(),
            (Shape{3, 4, 1}));
  EXPECT_FALSE(LegacyBroadcastShape(node, {2, 3, 4}, {2}).ok());
}

// out = a + 1000 b, read through the plan.
void AddRow(const void*, const Row& row) {
  const int* a = reinterpret_cast<const int*>(row.in[0]);
  const int* b = reinterpret_cast<const int*>(row.in[1]);
  int* out = reinterpret_cast<int*>(row.out);
  for (int64_t i = 0; i < row.count; ++i) {
    out[i] = a[i * row.step[0]] + 1000 * b[i * row.step[1]];
  }
}

int64_t Count(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t dim : shape) count *= dim;
  return count;
}

// Index of the operand's element that belongs to output element i.
int64_t Index(const Shape& out, const Shape& in, int64_t i) {
  int64_t index = 0;
  int64_t stride = 1;
  for (size_t d = 0; d < out.size(); ++d) {
    const int64_t at = i % out[out.size() - 1 - d];
    i /= out[out.size() - 1 - d];
    if (d >= in.size()) continue;
    const int64_t dim = in[in.size() - 1 - d];
    if (dim != 1) index += at * stride;
    stride *= dim;
  }
  return index;
}

void CheckPlan(const Shape& a, const Shape& b) {
  const std::array<Shape, 2> shapes = {a, b};
  const Shape out = BroadcastShape(NamedNode(), shapes).value();
  std::vector<int> first(static_cast<size_t>(Count(a)));
  std::vector<int> second(static_cast<size_t>(Count(b)));
  for (size_t i = 0; i < first.size(); ++i) first[i] = static_cast<int>(i);
  for (size_t i = 0; i < second.size(); ++i) second[i] = static_cast<int>(i);
  std::vector<int> result(static_cast<size_t>(Count(out)), -1);
  ThreadPool pool(2);
  const BroadcastPlan plan(out, shapes);
  plan.Run(pool,
           {.in = {first.data(), second.data(), nullptr},
            .in_bytes = {4, 4, 0},
            .out = result.data(),
            .out_bytes = 4},
           100, &AddRow, nullptr);
  for (size_t i = 0; i < result.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    ASSERT_EQ(result[i], Index(out, a, at) + 1000 * Index(out, b, at))
        << "element " << i;
  }
}

TEST(BroadcastTest, PlansVisitTheRightElements) {
  CheckPlan({}, {});
  CheckPlan({7}, {});
  CheckPlan({1, 1}, {5, 6});
  CheckPlan({2, 3, 4}, {2, 3, 4});
  CheckPlan({2, 3, 4}, {4});
  CheckPlan({2, 3, 4}, {3, 1});
  CheckPlan({2, 1, 4}, {1, 3, 1});
  CheckPlan({50, 1}, {1, 70});
  CheckPlan({3, 5, 100}, {5, 1});
  CheckPlan({3, 5, 100}, {1, 100});
  CheckPlan({3, 1, 20000}, {4, 1});
  CheckPlan({2, 4, 30, 16}, {1, 4, 1, 16});  // a blocked bias
  CheckPlan({2, 4, 30, 16}, {2, 4, 1, 16});
  CheckPlan({1000, 3}, {3});
  CheckPlan({1000, 3}, {1000, 1});
  CheckPlan({0, 3}, {1, 3});
  CheckPlan({2, 1, 2, 1, 2, 1, 2, 1}, {1, 3, 1, 3, 1, 3, 1, 3});
}

TEST(BroadcastTest, MergesDimensions) {
  const auto loops = [](const Shape& a, const Shape& b) {
    const std::array<Shape, 2> shapes = {a, b};
    return BroadcastPlan(BroadcastShape(NamedNode(), shapes).value(), shapes)
        .loops();
  };
  EXPECT_EQ(loops({2, 3, 4, 5}, {2, 3, 4, 5}), 1u);
  EXPECT_EQ(loops({2, 3, 4, 5}, {4, 5}), 2u);
  EXPECT_EQ(loops({2, 3, 4, 5}, {1, 3, 1, 1}), 3u);
  EXPECT_EQ(loops({2, 1, 3, 1}, {2, 1, 3, 1}), 1u);
}

}  // namespace
}  // namespace onnxifi::cpu
