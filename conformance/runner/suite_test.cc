#include "conformance/runner/suite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

// Names as a large suite has them, beside those that there are.
std::vector<TestInfo> ManyTests() {
  std::vector<TestInfo> tests = AllTests(nullptr);
  for (int i = 0; i < 3000; ++i) {
    TestInfo test;
    test.name = StrCat("many/test_", i);
    test.quick = i % 3 != 0;
    test.profile = i % 5 == 0 ? Profile::kFp16 : Profile::kCore;
    tests.push_back(test);
  }
  return tests;
}

TEST(SuiteTest, NamesAreWellFormedAndUnique) {
  const std::vector<TestInfo> tests = AllTests(nullptr);
  ASSERT_FALSE(tests.empty());
  const std::regex form("[a-z0-9_]+(/[a-z0-9_]+)+");
  std::set<std::string> seen;
  for (const TestInfo& test : tests) {
    EXPECT_TRUE(std::regex_match(test.name, form)) << test.name;
    EXPECT_TRUE(seen.insert(test.name).second) << "twice: " << test.name;
    EXPECT_TRUE(test.run != nullptr) << test.name;
    EXPECT_GT(test.seconds, 0) << test.name;
  }
  EXPECT_TRUE(std::is_sorted(
      tests.begin(), tests.end(),
      [](const TestInfo& a, const TestInfo& b) { return a.name < b.name; }));
}

TEST(SuiteTest, RequirementsAreNumbersOfTheInterface) {
  const std::regex form("R-([0-9]{3}|ext-[0-9]{1,2})");
  for (const TestInfo& test : AllTests(nullptr)) {
    std::set<std::string> seen;
    for (const std::string& id : test.requirements) {
      EXPECT_TRUE(std::regex_match(id, form)) << test.name << " " << id;
      EXPECT_TRUE(seen.insert(id).second) << test.name << " twice: " << id;
    }
  }
}

TEST(SuiteTest, ShardsPartitionTheTests) {
  const std::vector<TestInfo> tests = ManyTests();
  for (const uint64_t shards : {1, 2, 3, 7, 64}) {
    std::multiset<std::string> together;
    for (uint64_t i = 0; i < shards; ++i) {
      Selection selection;
      selection.shard = i;
      selection.shards = shards;
      const std::vector<TestInfo> part = Select(tests, selection);
      // None is much larger than another.
      EXPECT_LT(part.size(), 2 * tests.size() / shards + 20) << shards;
      for (const TestInfo& test : part) together.insert(test.name);
    }
    const std::vector<std::string> names = NamesOf(tests);
    EXPECT_EQ(together, std::multiset<std::string>(names.begin(), names.end()));
  }
}

// Shards run on different machines and builds: the number is fixed.
TEST(SuiteTest, HashesOfNamesNeverChange) {
  EXPECT_EQ(NameHash(""), 146719880041931u);
  EXPECT_EQ(NameHash("node/test_abs"), 77191805726899u);
  EXPECT_EQ(HashOfNames({"a", "b"}),
            "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
}

TEST(SuiteTest, SelectionsKeepTheOrderAndNothingElse) {
  const std::vector<TestInfo> tests = ManyTests();
  Selection selection;
  EXPECT_EQ(Select(tests, selection).size(), tests.size());
  selection.quick = true;
  selection.filter = "many/*";
  EXPECT_EQ(Select(tests, selection).size(), 2000u);
  selection.profiles = {"fp16"};
  const std::vector<TestInfo> some = Select(tests, selection);
  EXPECT_EQ(some.size(), 400u);
  for (const TestInfo& test : some) {
    EXPECT_TRUE(test.quick && test.profile == Profile::kFp16) << test.name;
  }
  selection.filter = "many/test_15,nothing/*,many/test_?0";
  EXPECT_EQ(NamesOf(Select(tests, selection)),
            (std::vector<std::string>{"many/test_10", "many/test_20",
                                      "many/test_40", "many/test_50",
                                      "many/test_70", "many/test_80"}));
  selection.filter = "nothing/*";
  EXPECT_TRUE(Select(tests, selection).empty());
}

TEST(SuiteTest, FilterTextsAreReadBack) {
  for (const char* filter : {"", "node/*", "[ab]*", "a b", "profile*"}) {
    for (const std::vector<std::string>& profiles :
         {std::vector<std::string>{}, {"core"}, {"core", "fp16"}}) {
      Selection selection;
      selection.filter = filter;
      selection.profiles = profiles;
      Selection read;
      ParseFilter(FilterText(selection), &read);
      EXPECT_EQ(read.filter, filter);
      EXPECT_EQ(read.profiles, profiles);
    }
  }
}

TEST(SuiteTest, GroupsAreTheFolders) {
  EXPECT_EQ(GroupOf("node/test_abs"), "node");
  EXPECT_EQ(GroupOf("edge/relu/nan"), "edge/relu");
  EXPECT_EQ(GroupOf("alone"), "");
}

}  // namespace
}  // namespace onnxifi::conformance
