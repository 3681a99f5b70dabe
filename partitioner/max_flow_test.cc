#include "partitioner/max_flow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace onnxifi::partitioner {
namespace {

struct Arc {
  int32_t from, to;
  int64_t capacity, back;
};

// The smallest cut of all.
int64_t SmallestCut(int32_t nodes, const std::vector<Arc>& arcs) {
  int64_t least = INT64_MAX;
  for (uint32_t side = 0; side < (uint32_t{1} << nodes); ++side) {
    const auto in = [side](int32_t v) { return ((side >> v) & 1) != 0; };
    if (!in(0) || in(1)) continue;
    int64_t cut = 0;
    for (const Arc& arc : arcs) {
      if (in(arc.from) && !in(arc.to)) cut += arc.capacity;
      if (in(arc.to) && !in(arc.from)) cut += arc.back;
    }
    least = std::min(least, cut);
  }
  return least;
}

TEST(MaxFlowTest, EqualsTheSmallestCut) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const int32_t nodes = 2 + static_cast<int32_t>(random() % 8);
    std::vector<Arc> arcs;
    for (uint32_t i = 0; i < 2 + random() % 20; ++i) {
      const auto from = static_cast<int32_t>(random() % nodes);
      const auto to = static_cast<int32_t>(random() % nodes);
      if (from == to) continue;
      arcs.push_back(
          {from, to, static_cast<int64_t>(random() % 50),
           static_cast<int64_t>(random() % 3 == 0 ? random() % 50 : 0)});
    }
    FlowNetwork network(nodes);
    for (const Arc& a : arcs) network.AddArc(a.from, a.to, a.capacity, a.back);
    const int64_t value = network.Solve(0, 1);
    EXPECT_EQ(value, SmallestCut(nodes, arcs));
    // And the sides are such a cut.
    int64_t cut = 0;
    for (const Arc& a : arcs) {
      const bool from = network.OnSourceSide(a.from);
      const bool to = network.OnSourceSide(a.to);
      if (from && !to) cut += a.capacity;
      if (to && !from) cut += a.back;
    }
    EXPECT_EQ(cut, value);
  }
}

TEST(MaxFlowTest, TiesStayOnTheSinksSide) {
  FlowNetwork network(3);
  network.AddArc(0, 2, 5);
  network.AddArc(2, 1, 5);
  EXPECT_EQ(network.Solve(0, 1), 5);
  EXPECT_FALSE(network.OnSourceSide(2));
}

TEST(MaxFlowTest, SaysWhenEveryCutIsInfinite) {
  FlowNetwork network(2);
  network.AddArc(0, 1, INT64_MAX);
  network.AddArc(0, 1, INT64_MAX);
  EXPECT_GE(network.Solve(0, 1), FlowNetwork::kInfinite);
}

TEST(MaxFlowTest, DeepChainsNeedNoStack) {
  constexpr int32_t kNodes = 200'000;
  FlowNetwork network(kNodes);
  network.AddArc(0, 2, 9);
  for (int32_t v = 2; v + 1 < kNodes; ++v) network.AddArc(v, v + 1, 7 + v % 3);
  network.AddArc(kNodes - 1, 1, 8);
  EXPECT_EQ(network.Solve(0, 1), 7);
}

}  // namespace
}  // namespace onnxifi::partitioner
