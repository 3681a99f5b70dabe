#include "tools/cli/segment_search.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <utility>

namespace onnxifi::client {
namespace {

TEST(SegmentSearchTest, FindsTheFirstWrongNode) {
  for (size_t nodes = 1; nodes <= 70; ++nodes) {
    for (size_t first = 0; first < nodes; ++first) {
      for (const size_t second : {first, (first + nodes) / 2, nodes - 1}) {
        size_t asked = 0;
        const auto found = FindSegment(nodes, [&](const Segment& s) {
          ++asked;
          const auto in = [&](size_t n) { return s.begin <= n && n < s.end; };
          return Result<bool>(in(first) || in(second));
        });
        ASSERT_TRUE(found.ok());
        EXPECT_EQ(found->begin, first) << nodes << " " << second;
        EXPECT_EQ(found->size(), 1u);
        EXPECT_LE(asked, 16u);
      }
    }
  }
}

TEST(SegmentSearchTest, NamesAllNodesThatAreWrongTogether) {
  for (size_t begin = 0; begin < 30; ++begin) {
    for (size_t end = begin + 1; end <= 30; ++end) {
      const auto found = FindSegment(30, [&](const Segment& s) {
        return Result<bool>(s.begin <= begin && s.end >= end);
      });
      ASSERT_TRUE(found.ok());
      EXPECT_EQ(found->begin, begin);
      EXPECT_EQ(found->end, end);
    }
  }
}

// Answers that follow no rule: what is found still is what is promised.
TEST(SegmentSearchTest, IsMinimalWhateverTheAnswers) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    const size_t nodes = 1 + random() % 40;
    const unsigned odds = 1 + random() % 6;
    std::map<std::pair<size_t, size_t>, bool> answers;
    const auto differs = [&](const Segment& s) {
      EXPECT_LE(s.begin, s.end);
      EXPECT_LE(s.end, nodes);
      if (s.size() == 0) return false;
      if (s.size() == nodes) return true;
      const auto [answer, fresh] =
          answers.emplace(std::pair(s.begin, s.end), false);
      if (fresh) answer->second = random() % (odds + 1) == 0;
      return answer->second;
    };
    const auto found = FindSegment(
        nodes, [&](const Segment& s) { return Result<bool>(differs(s)); });
    ASSERT_TRUE(found.ok());
    EXPECT_TRUE(differs(*found));
    EXPECT_FALSE(differs({found->begin + 1, found->end}));
    EXPECT_FALSE(differs({found->begin, found->end - 1}));
  }
}

TEST(SegmentSearchTest, AFailureEndsIt) {
  const auto found = FindSegment(8, [](const Segment&) -> Result<bool> {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR, "no");
  });
  EXPECT_EQ(found.status().code(), ONNXIFI_STATUS_INTERNAL_ERROR);
}

}  // namespace
}  // namespace onnxifi::client
