#include "backends/common/memory_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "backends/common/memory_planner_validator.h"

namespace onnxifi {
namespace {

TEST(MemoryPlannerTest, DisjointLifetimesShareMemory) {
  const std::vector<BufferRequest> requests = {
      {1000, 0, 2}, {1000, 2, 4}, {1000, 4, 6}};
  const Result<MemoryPlan> plan = PlanMemory(requests);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->arena_bytes, 1024u);
  EXPECT_TRUE(ValidateMemoryPlan(requests, *plan).ok());
}

TEST(MemoryPlannerTest, ChainNeedsTwoBuffers) {
  std::vector<BufferRequest> requests;
  for (int i = 0; i < 50; ++i) requests.push_back({640, i, i + 2});
  const Result<MemoryPlan> plan = PlanMemory(requests);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->arena_bytes, 1280u);
  EXPECT_TRUE(ValidateMemoryPlan(requests, *plan).ok());
}

TEST(MemoryPlannerTest, RandomPlansAreValidAndNotWasteful) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<BufferRequest> requests;
    const int count = 1 + static_cast<int>(random() % 60);
    for (int i = 0; i < count; ++i) {
      const int32_t first = static_cast<int32_t>(random() % 40);
      requests.push_back({random() % 5000, first,
                          first + 1 + static_cast<int32_t>(random() % 8)});
    }
    const Result<MemoryPlan> plan = PlanMemory(requests);
    ASSERT_TRUE(plan.ok());
    ASSERT_TRUE(ValidateMemoryPlan(requests, *plan).ok());
    size_t peak = 0;
    for (int32_t step = 0; step < 48; ++step) {
      size_t live = 0;
      for (const BufferRequest& r : requests) {
        if (r.first_step <= step && step < r.end_step) live += r.bytes;
      }
      peak = std::max(peak, live);
    }
    EXPECT_GE(plan->arena_bytes, peak);
    EXPECT_LE(plan->arena_bytes, 2 * peak + 64 * requests.size());
  }
}

TEST(MemoryPlannerTest, HugeSizesAreAnError) {
  const std::vector<BufferRequest> requests = {{SIZE_MAX - 70, 0, 2},
                                               {SIZE_MAX - 70, 1, 3}};
  const Result<MemoryPlan> plan = PlanMemory(requests);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.status().code(), ONNXIFI_STATUS_NO_SYSTEM_MEMORY);
}

TEST(MemoryPlannerTest, ValidatorSeesOverlapMisalignmentAndOverrun) {
  const std::vector<BufferRequest> requests = {{128, 0, 2}, {128, 1, 3}};
  EXPECT_FALSE(ValidateMemoryPlan(requests, {{0, 64}, 256}).ok());
  EXPECT_FALSE(ValidateMemoryPlan(requests, {{0, 130}, 512}).ok());
  EXPECT_FALSE(ValidateMemoryPlan(requests, {{0, 128}, 192}).ok());
  EXPECT_TRUE(ValidateMemoryPlan(requests, {{0, 128}, 256}).ok());
}

}  // namespace
}  // namespace onnxifi
