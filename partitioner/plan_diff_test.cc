#include "partitioner/plan_diff.h"

#include <gtest/gtest.h>

namespace onnxifi::partitioner {
namespace {

constexpr char kBefore[] = R"({
  "devices": ["cpu", "gpu"],
  "nodes": [
    {"name": "a", "device": 0, "costs": [{"device": 0, "ns": 100},
                                         {"device": 1, "ns": 7}]},
    {"name": "b", "device": 1, "costs": [{"device": 1, "ns": 20}]},
    {"name": "gone", "device": "npu"}],
  "cost_ns": {"total": 130, "exec": 120, "copy": 9, "launch": 1, "runs": 2}})";

TEST(PlanDiffTest, APlanIsEqualToItself) {
  const Result<PlanDiff> diff = DiffPlans(kBefore, kBefore);
  ASSERT_TRUE(diff.ok()) << diff.status().message();
  EXPECT_TRUE(diff->equal());
  EXPECT_EQ(diff->same, 3u);
  EXPECT_EQ(diff->before->total, 130);
  EXPECT_EQ(diff->after->parts, 2u);
}

TEST(PlanDiffTest, TellsWhatMovedAndWhatIsInOneAlone) {
  // Devices in another order: names count.
  const Result<PlanDiff> diff = DiffPlans(kBefore, R"({
    "devices": ["gpu", "cpu"],
    "nodes": [
      {"name": "new", "device": 1},
      {"name": "b", "device": 0},
      {"name": "a", "device": 0, "costs": [{"device": 1, "ns": 100},
                                           {"device": 0, "ns": 7}]}]})");
  ASSERT_TRUE(diff.ok()) << diff.status().message();
  EXPECT_FALSE(diff->equal());
  EXPECT_EQ(diff->same, 1u);
  ASSERT_EQ(diff->moved.size(), 1u);
  EXPECT_EQ(diff->moved[0].from.name, "a");
  EXPECT_EQ(diff->moved[0].from.device, "cpu");
  EXPECT_EQ(diff->moved[0].from.cost, 100);
  EXPECT_EQ(diff->moved[0].to.device, "gpu");
  EXPECT_EQ(diff->moved[0].to.cost, 7);
  ASSERT_EQ(diff->only_before.size(), 1u);
  EXPECT_EQ(diff->only_before[0].device, "npu");
  EXPECT_FALSE(diff->only_before[0].cost.has_value());
  ASSERT_EQ(diff->only_after.size(), 1u);
  EXPECT_EQ(diff->only_after[0].name, "new");
  EXPECT_FALSE(diff->after.has_value());
}

TEST(PlanDiffTest, NodesOfOneNameAreTakenInOrder) {
  const Result<PlanDiff> diff = DiffPlans(
      R"({"nodes": [{"name": "a", "device": "x"}, {"name": "a", "device": "y"}]})",
      R"({"nodes": [{"name": "a", "device": "x"}, {"name": "a", "device": "z"},
                    {"name": "a", "device": "w"}]})");
  ASSERT_TRUE(diff.ok());
  EXPECT_EQ(diff->same, 1u);
  ASSERT_EQ(diff->moved.size(), 1u);
  EXPECT_EQ(diff->moved[0].to.device, "z");
  ASSERT_EQ(diff->only_after.size(), 1u);
  EXPECT_EQ(diff->only_after[0].device, "w");
}

TEST(PlanDiffTest, CostsThatAreNoneAreNotTold) {
  const Result<PlanDiff> diff = DiffPlans(
      R"({"devices": ["x"], "cost_ns": {"total": -1},
          "nodes": [{"name": "a", "device": 0, "costs": [
            {"device": 9, "ns": 1}, {"device": "x", "ns": 1}, 3,
            {"device": 0, "ns": 1.5}]}]})",
      R"({"nodes": [], "cost_ns": 7})");
  ASSERT_TRUE(diff.ok()) << diff.status().message();
  ASSERT_EQ(diff->only_before.size(), 1u);
  EXPECT_FALSE(diff->only_before[0].cost.has_value());
  EXPECT_FALSE(diff->before.has_value());
  EXPECT_FALSE(diff->after.has_value());
}

TEST(PlanDiffTest, BadPlansAreNamed) {
  const Status first = DiffPlans("{", kBefore).status();
  EXPECT_EQ(first.code(), ONNXIFI_STATUS_INVALID_PROPERTY);
  EXPECT_NE(first.message().find("first"), std::string::npos);
  const Status second =
      DiffPlans(kBefore, R"({"nodes": [{"name": "a"}]})").status();
  EXPECT_NE(second.message().find("second"), std::string::npos);
  EXPECT_NE(second.message().find("nodes[0].device"), std::string::npos);
  EXPECT_FALSE(DiffPlanFiles("/nonexistent/a", "/nonexistent/b").ok());
}

}  // namespace
}  // namespace onnxifi::partitioner
