#include "partitioner/optimize.h"

#include <gtest/gtest.h>

#include <string>

#include "partitioner/testing/random_problem.h"
#include "partitioner/weights.h"

namespace onnxifi::partitioner {
namespace {

Solution MustSolve(const Problem& p, const OptimizeOptions& options = {}) {
  Result<Solution> solution = Optimize(p, options);
  EXPECT_TRUE(solution.ok()) << solution.status().message();
  return solution.ok() ? *std::move(solution) : Solution();
}

// Counted again, without what the optimiser remembers.
void ExpectTrue(const Problem& p, const Solution& solution) {
  const Links links = MakeLinks(p);
  Cost cost = CostWithoutLaunch(p, links, solution.placement);
  for (const Run& run : solution.runs) {
    cost.launch += p.launch[static_cast<size_t>(run.device)];
  }
  EXPECT_EQ(cost.Total(), solution.cost.Total());
  for (size_t v = 0; v < p.ops.size(); ++v) {
    const auto op = static_cast<int32_t>(v);
    for (int32_t d = 0; d < p.devices; ++d) {
      if (((solution.placement.Mask(op) >> d) & 1) != 0) {
        EXPECT_TRUE(p.Runs(op, d)) << op << " on " << d;
      }
    }
  }
}

TEST(OptimizeTest, NeverWorseThanSimplePolicies) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const int devices = 1 + static_cast<int>(seed % 4);
    const Problem p =
        seed % 3 == 0
            ? testing::RandomDag(60, devices, seed)
            : testing::RandomProblem(
                  {.ops = 60, .devices = devices, .replicable = seed % 2 == 0},
                  seed);
    const Solution solution = MustSolve(p);
    ExpectTrue(p, solution);
    ASSERT_FALSE(solution.policies.empty());
    EXPECT_EQ(solution.policies[0].name, "host only");
    for (const Policy& policy : solution.policies) {
      EXPECT_LE(solution.cost.Total(), policy.cost.Total()) << policy.name;
    }
    const Solution plain = MustSolve(p, {.replicate = false});
    EXPECT_LE(plain.lower_bound, plain.cost.Total());
  }
}

TEST(OptimizeTest, TheSamePlanEachTime) {
  const Problem p = testing::RandomProblem({.ops = 300, .devices = 3}, 9);
  const Solution first = MustSolve(p);
  const Solution second = MustSolve(p);
  EXPECT_EQ(first.placement.home, second.placement.home);
  EXPECT_EQ(first.placement.replicas, second.placement.replicas);
  EXPECT_EQ(first.found_by, second.found_by);
}

TEST(OptimizeTest, AnEmptyGraphHasAnEmptyPlan) {
  Problem p = testing::RandomDag(1, 2, 1);
  p.ops.clear();
  p.exec.clear();
  p.pins.clear();
  const Solution solution = MustSolve(p);
  EXPECT_TRUE(solution.runs.empty());
  EXPECT_EQ(solution.cost.exec + solution.cost.launch, 0);
}

// A cheap op whose large result both sides need.
TEST(OptimizeTest, CheapOpsRunOnBothSides) {
  Problem p = testing::RandomDag(3, 2, 1);
  p.ops[0] = {.writes = {0}, .replicable = true};
  p.ops[1] = {.reads = {0}, .writes = {1}};
  p.ops[2] = {.reads = {0}, .writes = {2}};
  p.tensors = {{1 << 20, false}, {16, true}, {16, true}};
  p.exec = {10, 10, 1'000'000, 1000, 1000, kCannot};
  p.launch = {0, 100};
  p.copy.assign(4, CopyCost{1000, 100});
  const Solution solution = MustSolve(p);
  EXPECT_EQ(solution.placement.home[1], 1);
  EXPECT_EQ(solution.placement.home[2], 0);
  EXPECT_EQ(solution.placement.Mask(0), 3u);
  const Solution single = MustSolve(p, {.replicate = false});
  EXPECT_TRUE(single.placement.replicas.empty());
  EXPECT_LT(solution.cost.Total(), single.cost.Total());
}

TEST(OptimizeTest, MemoryLimitsHold) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Problem p = testing::RandomProblem(
        {.ops = 40, .unsupported = 0, .launch = 1000}, seed);
    for (size_t v = 0; v < p.ops.size(); ++v) {
      p.weight_bytes.push_back(1000);
      // Neighbours share one.
      p.ops[v].weights = {static_cast<int32_t>(v / 2)};
    }
    const Solution free = MustSolve(p);
    const int64_t wanted = WeightBytes(p, free.placement)[1];
    if (wanted < 4000) continue;
    p.memory_limit[1] = wanted / 2;
    const Solution tight = MustSolve(p);
    EXPECT_TRUE(WeightsFit(p, tight.placement));
    EXPECT_GE(tight.cost.Total(), free.cost.Total());
    EXPECT_LT(tight.cost.Total(), tight.policies[0].cost.Total())
        << "nothing is left on the device";
  }
}

TEST(OptimizeTest, SaysWhatDoesNotFit) {
  Problem p = testing::RandomDag(2, 2, 3);
  p.weight_bytes = {5000};
  for (Op& op : p.ops) op.weights = {0};
  p.memory_limit = {100, 100};
  const Result<Solution> solution = Optimize(p);
  ASSERT_FALSE(solution.ok());
  EXPECT_EQ(solution.status().code(), ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  EXPECT_NE(solution.status().message().find("lacks 4900"), std::string::npos)
      << solution.status().message();
}

TEST(OptimizeTest, RefusesBadProblems) {
  Problem p = testing::RandomDag(3, 2, 1);
  p.exec.pop_back();
  EXPECT_EQ(Optimize(p).status().code(), ONNXIFI_STATUS_INVALID_MODEL);
}

}  // namespace
}  // namespace onnxifi::partitioner
