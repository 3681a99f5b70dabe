#include "partitioner/runs.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <set>

#include "partitioner/testing/oracle.h"
#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

Placement RandomPlacement(const Problem& p, std::mt19937* random,
                          bool replicas) {
  Placement placement;
  for (size_t v = 0; v < p.ops.size(); ++v) {
    placement.home.push_back(
        static_cast<int32_t>((*random)() % static_cast<uint32_t>(p.devices)));
    if (!replicas) continue;
    const uint32_t all = (uint32_t{1} << p.devices) - 1;
    const uint32_t more = p.ops[v].replicable && (*random)() % 3 == 0
                              ? static_cast<uint32_t>((*random)()) & all
                              : 0;
    placement.replicas.push_back(more &
                                 ~(uint32_t{1} << placement.home.back()));
  }
  return placement;
}

// Every instance once, and after all that it waits for.
void ExpectInOrder(const Problem& p, const Placement& placement,
                   const std::vector<Run>& runs) {
  const Links links = MakeLinks(p);
  std::set<std::pair<int32_t, int32_t>> done;  // op, device
  for (const Run& run : runs) {
    ASSERT_FALSE(run.ops.empty());
    for (const int32_t v : run.ops) {
      ASSERT_NE((placement.Mask(v) >> run.device) & 1, 0u);
      for (const Link& link : links.before[static_cast<size_t>(v)]) {
        const int32_t needed = link.host ? kHost : run.device;
        ASSERT_TRUE(
            done.contains({link.op, placement.Supplier(link.op, needed)}))
            << "op " << v << " waits for " << link.op;
      }
      ASSERT_TRUE(done.insert({v, run.device}).second) << "op " << v;
    }
  }
  size_t instances = 0;
  for (size_t v = 0; v < p.ops.size(); ++v) {
    instances += static_cast<size_t>(
        std::popcount(placement.Mask(static_cast<int32_t>(v))));
  }
  EXPECT_EQ(done.size(), instances);
}

TEST(RunsTest, AnyPlacementOfAnyGraphHasAnOrder) {
  std::mt19937 random(3);
  for (uint64_t seed = 0; seed < 10'000; ++seed) {
    const int devices = 1 + static_cast<int>(seed % 5);
    const Problem p =
        testing::RandomDag(static_cast<int32_t>(1 + seed % 40), devices, seed);
    const Links links = MakeLinks(p);
    RunBuilder builder(p, links);
    const Placement placement =
        RandomPlacement(p, &random, /*replicas=*/seed % 2 == 0);
    const auto runs = builder.Build(placement);
    ASSERT_NO_FATAL_FAILURE(ExpectInOrder(p, placement, runs)) << seed;
    // Neighbours are on different devices, and the cost says what was built.
    Ns launch = 0;
    for (size_t i = 0; i < runs.size(); ++i) {
      launch += p.launch[static_cast<size_t>(runs[i].device)];
      if (i == 0) continue;
      ASSERT_NE(runs[i].device, runs[i - 1].device);
    }
    Cost cost;
    builder.AddLaunch(placement, &cost);
    ASSERT_EQ(cost.launch, launch) << seed;
  }
}

TEST(RunsTest, TwoDevicesGetTheFewest) {
  std::mt19937 random(4);
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const Problem p =
        testing::RandomDag(static_cast<int32_t>(1 + seed % 14), 2, seed);
    const Links links = MakeLinks(p);
    RunBuilder builder(p, links);
    const Placement placement = RandomPlacement(p, &random, false);
    Cost cost;
    builder.AddLaunch(placement, &cost);
    ASSERT_EQ(cost.launch, testing::ExactLaunch(p, placement.home)) << seed;
  }
}

// More devices: nearly the fewest.
TEST(RunsTest, ThreeDevicesGetNearlyTheFewest) {
  std::mt19937 random(5);
  int best = 0;
  constexpr int kCount = 1000;
  for (uint64_t seed = 0; seed < kCount; ++seed) {
    const Problem p = testing::RandomDag(12, 3, seed);
    const Links links = MakeLinks(p);
    RunBuilder builder(p, links);
    const Placement placement = RandomPlacement(p, &random, false);
    Cost cost;
    builder.AddLaunch(placement, &cost);
    const Ns least = testing::ExactLaunch(p, placement.home);
    ASSERT_GE(cost.launch, least);
    ASSERT_LE(cost.launch, 3 * least);
    best += cost.launch == least ? 1 : 0;
  }
  EXPECT_GE(best, kCount * 8 / 10);
}

}  // namespace
}  // namespace onnxifi::partitioner
