#include "partitioner/plan.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "partitioner/optimize.h"
#include "partitioner/testing/random_problem.h"

namespace onnxifi::partitioner {
namespace {

Plan PlanOf(const Problem& p, const Placement& placement) {
  const Links links = MakeLinks(p);
  RunBuilder builder(p, links);
  return MakePlan(p, links, placement, builder.Build(placement));
}

TEST(PlanTest, OfAnyPlacementCanBeFollowed) {
  std::mt19937 random(6);
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const Problem p = testing::RandomDag(static_cast<int32_t>(1 + seed % 30),
                                         1 + static_cast<int>(seed % 4), seed);
    Placement placement;
    for (size_t v = 0; v < p.ops.size(); ++v) {
      placement.home.push_back(
          static_cast<int32_t>(random() % static_cast<uint32_t>(p.devices)));
      const uint32_t more = p.ops[v].replicable ? random() % 8 : 0;
      placement.replicas.push_back(more & ((1u << p.devices) - 1) &
                                   ~(1u << placement.home.back()));
    }
    const Status status = CheckPlan(p, PlanOf(p, placement));
    ASSERT_TRUE(status.ok()) << seed << ": " << status.message();
  }
}

TEST(PlanTest, OfTheOptimiserCanBeFollowed) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Problem p = testing::RandomProblem(
        {.ops = 50, .devices = 3, .replicable = true}, seed);
    const Result<Solution> solution = Optimize(p);
    ASSERT_TRUE(solution.ok()) << solution.status().message();
    const Status status = CheckPlan(
        p, MakePlan(p, MakeLinks(p), solution->placement, solution->runs));
    ASSERT_TRUE(status.ok()) << seed << ": " << status.message();
  }
}

// host: op 0 -> t1; device 1: op 1 -> t2 and op 2 (a host read of t2) -> t3.
Problem Small() {
  Problem p;
  p.devices = 2;
  p.ops.resize(3);
  p.ops[0] = {.reads = {0}, .writes = {1}};
  p.ops[1] = {.reads = {1}, .writes = {2}};
  p.ops[2] = {.reads = {1}, .host_reads = {2}, .writes = {3}};
  p.tensors = {{8, false}, {8, false}, {8, false}, {8, true}};
  p.exec = {1, kCannot, 1, 1, 1, 1};
  p.launch = {0, 1};
  p.copy.resize(4);
  p.memory_limit = {-1, -1};
  p.pins = {-1, 1, -1};
  return p;
}

TEST(PlanTest, MovesEachTensorOnceAndInTime) {
  const Problem p = Small();
  const Plan plan = PlanOf(p, {.home = {0, 1, 1}, .replicas = {}});
  ASSERT_EQ(plan.runs.size(), 2u);
  ASSERT_EQ(plan.transfers.size(), 2u);
  EXPECT_EQ(plan.transfers[0].tensor, 1);
  EXPECT_EQ(plan.transfers[0].after, 0);
  EXPECT_EQ(plan.transfers[0].before, 1);
  EXPECT_EQ(plan.transfers[1].tensor, 3);
  EXPECT_EQ(plan.transfers[1].after, 1);
  EXPECT_EQ(plan.transfers[1].before, 2);
}

TEST(PlanTest, SeesEveryFault) {
  using Spoil = std::function<void(Plan&)>;
  const std::vector<std::pair<Spoil, std::string>> cases = {
      {[](Plan& q) {
         q.runs[1].ops.pop_back();
         q.transfers.pop_back();
       },
       "op 2 does not run"},
      {[](Plan& q) { q.runs[0].ops.push_back(0); }, "op 0 runs twice"},
      {[](Plan& q) { q.runs[0].ops = {7}; }, "names op 7"},
      {[](Plan& q) { q.runs[0].ops = {}; }, "with 0 ops"},
      {[](Plan& q) { q.runs[0].device = 2; }, "on device 2"},
      {[](Plan& q) { q.runs[0].device = 1; }, "may not run op 0"},
      {[](Plan& q) { q.runs[1].device = 0; }, "may not run op 1"},
      {[](Plan& q) { std::swap(q.runs[0], q.runs[1]); }, "is not on device 1"},
      {[](Plan& q) { std::swap(q.runs[1].ops[0], q.runs[1].ops[1]); },
       "op 2 reads tensor 2, which is not on device 0 then"},
      {[](Plan& q) { q.transfers.erase(q.transfers.begin()); },
       "op 1 reads tensor 1, which is not on device 1 then"},
      {[](Plan& q) { q.transfers.pop_back(); }, "does not reach the host"},
      {[](Plan& q) { q.transfers.push_back(q.transfers[0]); }, "twice"},
      {[](Plan& q) { q.transfers[0].before = 9; }, "and before 9"},
      {[](Plan& q) { q.transfers[0].after = 1; }, "after run 1"},
      {[](Plan& q) { q.transfers[0].tensor = 4; }, "transfer of tensor 4"},
      {[](Plan& q) { q.transfers[0].to = 5; }, "to 5"},
      {[](Plan& q) { q.transfers[0].to = 0; }, "from device 0 to 0"},
      {[](Plan& q) { std::swap(q.transfers[0].from, q.transfers[0].to); },
       "does not hold"},
  };
  const Problem p = Small();
  const Plan good = PlanOf(p, {.home = {0, 1, 1}, .replicas = {}});
  ASSERT_TRUE(CheckPlan(p, good).ok());
  for (const auto& [spoil, text] : cases) {
    Plan plan = good;
    spoil(plan);
    const Status status = CheckPlan(p, plan);
    EXPECT_FALSE(status.ok()) << text;
    EXPECT_NE(status.message().find(text), std::string::npos)
        << status.message() << " / " << text;
  }
}

}  // namespace
}  // namespace onnxifi::partitioner
