// The optimiser against brute force; the figure partition-oracle runs more.
#include <gtest/gtest.h>

#include "partitioner/optimize.h"
#include "partitioner/testing/oracle.h"
#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

struct Score {
  int optimal = 0;
  double worst = 1;
};

Score Compare(int devices, int32_t ops, int count) {
  Score score;
  for (int i = 0; i < count; ++i) {
    const Problem p =
        testing::RandomProblem({.ops = ops,
                                .devices = devices,
                                .unsupported = 0.05 + 0.1 * (i % 3),
                                .launch = 30'000 * (i % 4)},
                               static_cast<uint64_t>(i) + 1000);
    const Result<Solution> solution = Optimize(p, {.replicate = false});
    EXPECT_TRUE(solution.ok()) << solution.status().message();
    if (!solution.ok()) return score;
    const Ns ours = solution->cost.Total();
    const Ns best = testing::ExactOptimum(p, ours);
    EXPECT_LE(solution->lower_bound, best);
    score.optimal += ours == best ? 1 : 0;
    score.worst = std::max(
        score.worst, static_cast<double>(ours) / static_cast<double>(best));
  }
  return score;
}

TEST(OracleTest, TwoDevices) {
  const Score score = Compare(2, 12, 200);
  EXPECT_GE(score.optimal, 190);
  EXPECT_LE(score.worst, 1.25);
}

TEST(OracleTest, ThreeDevices) {
  const Score score = Compare(3, 9, 100);
  EXPECT_GE(score.optimal, 90);
  EXPECT_LE(score.worst, 1.25);
}

}  // namespace
}  // namespace onnxifi::partitioner
