#include "conformance/runner/verdict.h"

#include <gtest/gtest.h>

namespace onnxifi::conformance {
namespace {

Results Of(std::vector<std::pair<std::string, Outcome>> rows) {
  Results results;
  results.header.tier = "full";
  results.header.archive_sha256 = std::string(64, '0');
  results.header.tests = rows.size();
  for (auto& [name, outcome] : rows) {
    Record record;
    record.test = name;
    record.outcome = outcome;
    results.records.push_back(record);
  }
  return results;
}

Waiver WaiverFor(const std::string& pattern, size_t count) {
  return {pattern, "FAIL", count, "bug 1", "somebody", "2030-01-01"};
}

constexpr char kToday[] = "2029-12-31";

TEST(VerdictTest, AllGoodIsCertifiedWhenItIsComplete) {
  Results results = Of({{"node/a", Outcome::PASS},
                        {"node/b", Outcome::UNSUPPORTED},
                        {"api/c", Outcome::EXCLUDED}});
  EXPECT_TRUE(Judge(results, {}, kToday).certified());
  results.header.shards = 2;
  EXPECT_FALSE(Judge(results, {}, kToday).certified());
  EXPECT_TRUE(Judge(results, {}, kToday).passed());
  results.header.shards = 1;
  results.header.tier = "quick";
  EXPECT_FALSE(Judge(results, {}, kToday).certified());
  results.header.tier = "full";
  results.header.archive_sha256.clear();
  EXPECT_FALSE(Judge(results, {}, kToday).certified());
}

TEST(VerdictTest, EveryOutcomeThatGoesWrongCounts) {
  for (const Outcome outcome :
       {Outcome::NOT_RUN, Outcome::FAIL, Outcome::CRASH, Outcome::HANG,
        Outcome::LEAK, Outcome::OUT_OF_MEMORY}) {
    const Verdict verdict =
        Judge(Of({{"node/a", Outcome::PASS}, {"node/b", outcome}}), {}, kToday);
    EXPECT_FALSE(verdict.passed()) << OutcomeName(outcome);
    EXPECT_EQ(verdict.failed, std::vector<std::string>{"node/b"});
  }
}

TEST(VerdictTest, MissingAndRepeatedResultsCount) {
  Results results = Of({{"node/a", Outcome::PASS}});
  results.header.tests = 2;
  EXPECT_FALSE(Judge(results, {}, kToday).passed());
  results.records.push_back(results.records[0]);
  EXPECT_FALSE(Judge(results, {}, kToday).passed());
}

TEST(VerdictTest, NothingComputedIsNoPass) {
  EXPECT_FALSE(
      Judge(Of({{"node/a", Outcome::UNSUPPORTED}}), {}, kToday).passed());
}

TEST(VerdictTest, WaiversAreExactAndEnd) {
  const Results results =
      Of({{"node/a", Outcome::PASS}, {"node/b", Outcome::FAIL}});
  VendorProfile profile;
  profile.waivers = {WaiverFor("node/b", 1)};
  const Verdict verdict = Judge(results, profile, kToday);
  EXPECT_TRUE(verdict.passed());
  EXPECT_EQ(verdict.waived, 1u);
  EXPECT_FALSE(Judge(results, profile, "2030-01-02").passed());
  profile.waivers = {WaiverFor("node/?", 2)};
  EXPECT_FALSE(Judge(results, profile, kToday).passed());
  // An unexpected pass.
  profile.waivers = {WaiverFor("node/b", 1), WaiverFor("node/a", 1)};
  EXPECT_FALSE(Judge(results, profile, kToday).passed());
  // Another way to go wrong is not waived.
  profile.waivers = {WaiverFor("node/b", 1)};
  EXPECT_FALSE(
      Judge(Of({{"node/a", Outcome::PASS}, {"node/b", Outcome::CRASH}}),
            profile, kToday)
          .passed());
}

}  // namespace
}  // namespace onnxifi::conformance
