#include "tools/cli/expectations.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
namespace {

std::string_view TakeWord(std::string_view* text) {
  const size_t start = std::min(text->find_first_not_of(" \t"), text->size());
  text->remove_prefix(start);
  const size_t end = std::min(text->find_first_of(" \t"), text->size());
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(end);
  return word;
}

bool ParseCount(std::string_view word, size_t* count) {
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), *count);
  return error == std::errc() && end == word.data() + word.size() && *count > 0;
}

bool ParseNumber(std::string_view word, double* number) {
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), *number);
  return error == std::errc() && end == word.data() + word.size();
}

bool ParseRange(std::string_view word, ValueRange* range) {
  const size_t at = word.find("..");
  return at != std::string_view::npos &&
         ParseNumber(word.substr(0, at), &range->low) &&
         ParseNumber(word.substr(at + 2), &range->high) &&
         range->low <= range->high;
}

std::string_view TakeReason(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

bool ParseRandom(std::string_view line, RandomCases* row) {
  const bool counted = ParseCount(TakeWord(&line), &row->count);
  row->glob = TakeWord(&line);
  const bool ranged = ParseRange(TakeWord(&line), &row->range);
  row->reason = TakeReason(line);
  return counted && ranged && !row->glob.empty() && !row->reason.empty();
}

bool ParseOutcome(std::string_view outcome, std::string_view line,
                  Expectation* row) {
  if (outcome == "refused") {
    row->outcome = Outcome::kRefused;
  } else if (outcome == "failed") {
    row->outcome = Outcome::kFailed;
  } else if (outcome == "crashed") {
    row->outcome = Outcome::kCrashed;
  } else {
    return false;
  }
  const std::string_view count = TakeWord(&line);
  if (count != "any" && !ParseCount(count, &row->count.emplace())) return false;
  row->glob = TakeWord(&line);
  row->reason = TakeReason(line);
  return !row->glob.empty() && !row->reason.empty();
}

bool ParseLine(std::string_view line, Expectations* rows) {
  const std::string_view first = TakeWord(&line);
  return first == "random"
             ? ParseRandom(line, &rows->random.emplace_back())
             : ParseOutcome(first, line, &rows->outcomes.emplace_back());
}

bool HasName(const std::string& glob, const std::string& name) {
  return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

bool Matches(const Expectation& row, const NamedResult& result) {
  return row.outcome == result.result.outcome && HasName(row.glob, result.name);
}

std::string CountText(const char* what, const std::string& glob,
                      size_t expected, size_t counted) {
  return StrCat(what, " ", EscapeText(glob), ": expected ", expected,
                " cases, counted ", counted);
}

}  // namespace

Result<Expectations> ParseExpectations(std::string_view text) {
  Expectations rows;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    if (!ParseLine(line, &rows)) {
      return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                    StrCat("expectations, line ", number,
                           ": not understood: write refused|failed|crashed "
                           "COUNT|any GLOB REASON, or random COUNT GLOB "
                           "LOW..HIGH REASON"));
    }
  }
  return rows;
}

std::optional<ValueRange> RandomRange(const Expectations& expected,
                                      const std::string& name) {
  for (const RandomCases& row : expected.random) {
    if (HasName(row.glob, name)) return row.range;
  }
  return std::nullopt;
}

std::vector<std::string> CheckExpectations(
    const Expectations& expected, const std::vector<NamedResult>& results) {
  std::vector<std::string> differences;
  for (const Expectation& row : expected.outcomes) {
    const auto count = static_cast<size_t>(std::count_if(
        results.begin(), results.end(),
        [&](const auto& result) { return Matches(row, result); }));
    if (!row.count.has_value() || count == *row.count) continue;
    differences.push_back(
        CountText(OutcomeName(row.outcome), row.glob, *row.count, count));
  }
  for (const RandomCases& row : expected.random) {
    const auto count = static_cast<size_t>(std::count_if(
        results.begin(), results.end(),
        [&](const auto& result) { return HasName(row.glob, result.name); }));
    if (count == row.count) continue;
    differences.push_back(CountText("random", row.glob, row.count, count));
  }
  for (const NamedResult& result : results) {
    if (result.result.outcome == Outcome::kPassed) continue;
    const bool covered = std::any_of(
        expected.outcomes.begin(), expected.outcomes.end(),
        [&](const Expectation& row) { return Matches(row, result); });
    if (covered) continue;
    differences.push_back(StrCat(OutcomeName(result.result.outcome), " ",
                                 EscapeText(result.name),
                                 ": no line of the expectations covers it"));
  }
  return differences;
}

}  // namespace onnxifi::client
