#include "partitioner/plan_file.h"

#include <gtest/gtest.h>

namespace onnxifi::partitioner {
namespace {

TEST(PlanFileTest, DevicesByNameAndByIndex) {
  const Result<std::vector<Pin>> pins = ParsePlan(R"({
    "devices": ["cpu", "gpu"], "more": [1, {}],
    "nodes": [{"name": "a", "device": 1, "costs": []},
              {"name": "b", "device": "npu"}]})");
  ASSERT_TRUE(pins.ok()) << pins.status().message();
  ASSERT_EQ(pins->size(), 2u);
  EXPECT_EQ((*pins)[0].node, "a");
  EXPECT_EQ((*pins)[0].device, "gpu");
  EXPECT_EQ((*pins)[1].device, "npu");
}

TEST(PlanFileTest, RefusesWithThePlace) {
  const struct {
    const char* text;
    const char* told;
  } kCases[] = {
      {"", "no JSON object"},
      {"[1]", "no JSON object"},
      {"{\"nodes\": 3}", "nodes is no array"},
      {"{}", "nodes is no array"},
      {R"({"nodes": [{"name": "a", "device": "c"}, 7]})", "nodes[1] is no"},
      {R"({"nodes": [{"device": "c"}]})", "nodes[0].name"},
      {R"({"nodes": [{"name": "a"}]})", "nodes[0].device is missing"},
      {R"({"nodes": [{"name": "a", "device": 0}]})", "no name and no index"},
      {R"({"devices": ["c"], "nodes": [{"name": "a", "device": 1}]})",
       "devices has 1"},
      {R"({"devices": ["c"], "nodes": [{"name": "a", "device": -1}]})",
       "device is -1"},
      {R"({"devices": [5], "nodes": [{"name": "a", "device": 0}]})",
       "device is 0"},
      {R"({"devices": ["c"], "nodes": [{"name": "a", "device": 0.5}]})",
       "no name and no index"},
  };
  for (const auto& one : kCases) {
    const Status status = ParsePlan(one.text).status();
    EXPECT_EQ(status.code(), ONNXIFI_STATUS_INVALID_PROPERTY) << one.text;
    EXPECT_NE(status.message().find(one.told), std::string::npos)
        << status.message();
  }
  EXPECT_FALSE(ReadPlanFile("/nonexistent/plan.json").ok());
}

}  // namespace
}  // namespace onnxifi::partitioner
