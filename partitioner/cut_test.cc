#include "partitioner/cut.h"

#include <gtest/gtest.h>

#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

Placement Everywhere(const Problem& p, int32_t device) {
  Placement placement;
  placement.home.assign(p.ops.size(), device);
  return placement;
}

// The cheapest of all placements that leave what is not on a or b.
Ns Cheapest(const Problem& p, const Placement& start, int32_t a, int32_t b) {
  const Links links = MakeLinks(p);
  Ns least = INT64_MAX;
  Placement placement = start;
  for (uint32_t bits = 0; bits < (uint32_t{1} << p.ops.size()); ++bits) {
    bool possible = true;
    for (size_t v = 0; v < p.ops.size() && possible; ++v) {
      const bool on_a = ((bits >> v) & 1) != 0;
      if (start.home[v] != a && start.home[v] != b) {
        possible = !on_a;
        continue;
      }
      placement.home[v] = on_a ? a : b;
      possible = p.Runs(static_cast<int32_t>(v), placement.home[v]);
    }
    if (!possible) continue;
    least = std::min(least, CostWithoutLaunch(p, links, placement).Total());
  }
  return least;
}

TEST(CutTest, IsExactForTwoDevices) {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const Problem p = seed % 2 == 0 ? testing::RandomProblem({.ops = 10}, seed)
                                    : testing::RandomDag(10, 2, seed);
    const Links links = MakeLinks(p);
    Ns value = 0;
    const Placement cut =
        SwapCut(p, links, Everywhere(p, kHost), 1, kHost, {}, &value);
    EXPECT_EQ(CostWithoutLaunch(p, links, cut).Total(), value) << seed;
    EXPECT_EQ(value, Cheapest(p, Everywhere(p, kHost), 1, kHost)) << seed;
  }
}

// Whatever the third device holds, and whatever copies cost.
TEST(CutTest, SwapsAreExactBesideOtherDevices) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Problem p = testing::RandomDag(9, 3, seed);
    const Links links = MakeLinks(p);
    Placement start = Everywhere(p, 0);
    for (size_t v = 0; v < p.ops.size(); ++v) {
      start.home[v] = static_cast<int32_t>((v * 7 + seed) % 3);
    }
    for (int32_t b = 0; b < 3; ++b) {
      for (int32_t a = b + 1; a < 3; ++a) {
        Ns value = 0;
        const Placement cut = SwapCut(p, links, start, a, b, {}, &value);
        EXPECT_EQ(CostWithoutLaunch(p, links, cut).Total(), value) << seed;
        EXPECT_EQ(value, Cheapest(p, start, a, b)) << seed;
      }
    }
  }
}

TEST(CutTest, PinsHold) {
  Problem p = testing::RandomDag(10, 2, 5);
  for (size_t v = 0; v < p.ops.size(); ++v) p.pins[v] = v % 2 == 0 ? 1 : -1;
  Placement start = Everywhere(p, kHost);
  for (size_t v = 0; v < p.ops.size(); v += 2) start.home[v] = 1;
  Ns value = 0;
  const Placement cut = SwapCut(p, MakeLinks(p), start, 1, kHost, {}, &value);
  for (size_t v = 0; v < p.ops.size(); v += 2) EXPECT_EQ(cut.home[v], 1);
}

TEST(CutTest, APriceOnMemoryKeepsWeightsAway) {
  Problem p = testing::RandomProblem({.ops = 10, .unsupported = 0}, 1);
  p.weight_bytes = {1000};
  for (Op& op : p.ops) op.weights = {0};
  CutOptions dear;
  dear.weight_price = {0, kMaxNs};
  Ns value = 0;
  const Placement cut =
      SwapCut(p, MakeLinks(p), Everywhere(p, kHost), 1, kHost, dear, &value);
  EXPECT_EQ(cut.home, Everywhere(p, kHost).home);
}

}  // namespace
}  // namespace onnxifi::partitioner
