#include "tools/cli/expectations.h"

#include <gtest/gtest.h>

namespace onnxifi::client {
namespace {

NamedResult Row(const char* name, Outcome outcome) {
  NamedResult row;
  row.name = name;
  row.result.outcome = outcome;
  return row;
}

Expectations Parse(const char* text) {
  Result<Expectations> rows = ParseExpectations(text);
  EXPECT_TRUE(rows.ok()) << rows.status().message();
  return rows.ok() ? rows.value() : Expectations{};
}

TEST(ExpectationsTest, CountsMustMatch) {
  const auto expected =
      Parse("# strings\nrefused 2 test_str* no strings in 1.0\r\n\n");
  ASSERT_EQ(expected.outcomes.size(), 1u);
  EXPECT_EQ(expected.outcomes[0].reason, "no strings in 1.0");
  std::vector<NamedResult> rows = {Row("test_str1", Outcome::kRefused),
                                   Row("test_str2", Outcome::kRefused),
                                   Row("test_add", Outcome::kPassed)};
  EXPECT_TRUE(CheckExpectations(expected, rows).empty());
  rows.push_back(Row("test_str3", Outcome::kRefused));
  EXPECT_EQ(CheckExpectations(expected, rows).size(), 1u);
  rows.pop_back();
  rows[1].result.outcome = Outcome::kPassed;  // an unexpected pass
  EXPECT_EQ(CheckExpectations(expected, rows).size(), 1u);
  rows[1].result.outcome = Outcome::kCrashed;  // and not covered, too
  EXPECT_EQ(CheckExpectations(expected, rows).size(), 2u);
}

TEST(ExpectationsTest, AnyNumberCoversButIsNotCounted) {
  const auto expected = Parse("refused any test_* to come\n");
  EXPECT_TRUE(CheckExpectations(expected, {}).empty());
  EXPECT_TRUE(
      CheckExpectations(expected, {Row("test_a", Outcome::kRefused)}).empty());
  EXPECT_EQ(
      CheckExpectations(expected, {Row("test_a", Outcome::kFailed)}).size(),
      1u);
}

TEST(ExpectationsTest, RandomCasesAreCountedByName) {
  const auto expected = Parse("random 2 *bernoulli* 0..1 draws\n");
  ASSERT_EQ(expected.random.size(), 1u);
  EXPECT_EQ(expected.random[0].reason, "draws");
  const auto range = RandomRange(expected, "test_bernoulli_seed");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->low, 0);
  EXPECT_EQ(range->high, 1);
  EXPECT_FALSE(RandomRange(expected, "test_add").has_value());
  std::vector<NamedResult> rows = {Row("test_bernoulli", Outcome::kPassed)};
  EXPECT_EQ(CheckExpectations(expected, rows).size(), 1u);
  rows.push_back(Row("test_bernoulli_seed", Outcome::kPassed));
  EXPECT_TRUE(CheckExpectations(expected, rows).empty());
  rows[1].result.outcome = Outcome::kFailed;  // the line excuses no failure
  EXPECT_EQ(CheckExpectations(expected, rows).size(), 1u);
}

TEST(ExpectationsTest, AFailureWithoutALineIsADifference) {
  EXPECT_EQ(CheckExpectations({}, {Row("a", Outcome::kFailed)}).size(), 1u);
  EXPECT_TRUE(CheckExpectations({}, {Row("a", Outcome::kPassed)}).empty());
}

TEST(ExpectationsTest, RefusesLinesItDoesNotUnderstand) {
  for (const char* line :
       {"passed 1 a b", "refused x a b", "refused 0 a b", "refused 1 a",
        "refused 1", "refused -1 a b", "refused all a b", "random 1 a b",
        "random 1 a 0..1", "random any a 0..1 b", "random 1 a 1..0 b",
        "random 1 a 0.. b", "random 1 a 01 b"}) {
    EXPECT_FALSE(ParseExpectations(line).ok()) << line;
  }
}

}  // namespace
}  // namespace onnxifi::client
