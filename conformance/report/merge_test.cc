#include "conformance/report/merge.h"

#include <gtest/gtest.h>

#include "conformance/report/bundle_fixture.h"

namespace onnxifi::conformance {
namespace {

constexpr uint64_t kShards = 3;

std::vector<ShardResults> Shards(const SuiteFacts& suite) {
  std::vector<ShardResults> shards;
  for (uint64_t i = 0; i < kShards; ++i) {
    RunHeader header;
    header.shard = i;
    header.shards = kShards;
    shards.push_back({StrCat("s", i), SmallRun(suite, header).results});
  }
  return shards;
}

std::string WhyNot(const std::vector<ShardResults>& shards) {
  const Result<Results> merged = MergeShards(shards);
  return merged.ok() ? "merged" : merged.status().message();
}

TEST(MergeTest, IsTheRunWithoutShards) {
  const SuiteFacts suite = SmallSuite();
  const CertifyResult whole = SmallRun(suite);
  std::vector<ShardResults> shards = Shards(suite);
  std::swap(shards[0], shards[2]);
  const Result<Results> merged = MergeShards(shards);
  ASSERT_TRUE(merged.ok()) << merged.status().message();
  EXPECT_EQ(ToText(*merged), ToText(whole.results));
  EXPECT_TRUE(Judge(*merged, whole.profile, kRunDate).certified());
  // One that has no shards stays what it is.
  const Result<Results> alone = MergeShards({{"all", whole.results}});
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(ToText(*alone), ToText(whole.results));
}

TEST(MergeTest, WrongShardsAreRefused) {
  const SuiteFacts suite = SmallSuite();
  const std::vector<ShardResults> good = Shards(suite);
  std::vector<ShardResults> shards = {good[0], good[2]};
  EXPECT_NE(WhyNot(shards).find("shard 1/3 is missing"), std::string::npos);
  shards = {good[0], good[1], good[1]};
  EXPECT_NE(WhyNot(shards).find("shard 1 again"), std::string::npos);
  shards = good;
  shards[1].results.records.pop_back();
  EXPECT_NE(WhyNot(shards).find("not finished"), std::string::npos);
  shards = good;
  shards[1].results.records[0].test = "node/other";
  EXPECT_NE(WhyNot(shards).find("not those of its tests"), std::string::npos);
  // Called another shard than it is.
  shards = {good[0], good[1], good[1]};
  shards[2].results.header.shard = 2;
  EXPECT_NE(WhyNot(shards).find("is of another shard"), std::string::npos);
  shards = good;
  shards[1].results.header.shard = 9;
  EXPECT_NE(WhyNot(shards).find("no such shard"), std::string::npos);
  EXPECT_FALSE(MergeShards({}).ok());
}

TEST(MergeTest, ShardsOfOtherRunsAreRefused) {
  const std::vector<ShardResults> good = Shards(SmallSuite());
  const std::vector<std::pair<void (*)(RunHeader&), const char*>> changes = {
      {[](RunHeader& h) { h.seed = 9; }, "another seed"},
      {[](RunHeader& h) { h.suite = "9"; }, "another build of the suite"},
      {[](RunHeader& h) { h.suite_sha256 = "9"; }, "another build"},
      {[](RunHeader& h) { h.plugin_sha256 = "9"; }, "another plugin"},
      {[](RunHeader& h) { h.archive_sha256 = "9"; }, "another archive"},
      {[](RunHeader& h) { h.profile_sha256 = "9"; }, "another vendor profile"},
      {[](RunHeader& h) { h.backend = 9; }, "another backend"},
      {[](RunHeader& h) { h.tier = "quick"; }, "another selection"},
      {[](RunHeader& h) { h.filter = "a*"; }, "another selection"},
      {[](RunHeader& h) { h.shards = 9; }, "another number of shards"},
  };
  for (const auto& [change, why] : changes) {
    std::vector<ShardResults> shards = good;
    change(shards[1].results.header);
    EXPECT_NE(WhyNot(shards).find(why), std::string::npos) << WhyNot(shards);
  }
}

}  // namespace
}  // namespace onnxifi::conformance
