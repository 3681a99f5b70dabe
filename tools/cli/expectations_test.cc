#include "tools/cli/expectations.h"

#include <gtest/gtest.h>

namespace onnxifi::cli {
namespace {

NamedResult Row(const char* name, Outcome outcome) {
  NamedResult row;
  row.name = name;
  row.result.outcome = outcome;
  return row;
}

std::vector<Expectation> Parse(const char* text) {
  Result<std::vector<Expectation>> rows = ParseExpectations(text);
  EXPECT_TRUE(rows.ok()) << rows.status().message();
  return rows.ok() ? rows.value() : std::vector<Expectation>{};
}

TEST(ExpectationsTest, CountsMustMatch) {
  const auto expected =
      Parse("# strings\nrefused 2 test_str* no strings in 1.0\r\n\n");
  ASSERT_EQ(expected.size(), 1u);
  EXPECT_EQ(expected[0].reason, "no strings in 1.0");
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

TEST(ExpectationsTest, AFailureWithoutALineIsADifference) {
  EXPECT_EQ(CheckExpectations({}, {Row("a", Outcome::kFailed)}).size(), 1u);
  EXPECT_TRUE(CheckExpectations({}, {Row("a", Outcome::kPassed)}).empty());
}

TEST(ExpectationsTest, RefusesLinesItDoesNotUnderstand) {
  for (const char* line : {"passed 1 a b", "refused x a b", "refused 0 a b",
                           "refused 1 a", "refused 1", "refused -1 a b"}) {
    EXPECT_FALSE(ParseExpectations(line).ok()) << line;
  }
}

}  // namespace
}  // namespace onnxifi::cli
