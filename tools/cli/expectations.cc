#include "tools/cli/expectations.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include "base/str_cat.h"
#include "tools/cli/text.h"

namespace onnxifi::cli {
namespace {

std::string_view TakeWord(std::string_view* text) {
  const size_t start = std::min(text->find_first_not_of(" \t"), text->size());
  text->remove_prefix(start);
  const size_t end = std::min(text->find_first_of(" \t"), text->size());
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(end);
  return word;
}

bool ParseLine(std::string_view line, Expectation* row) {
  const std::string_view outcome = TakeWord(&line);
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
  const auto [end, error] =
      std::from_chars(count.data(), count.data() + count.size(), row->count);
  row->glob = TakeWord(&line);
  const size_t reason = std::min(line.find_first_not_of(" \t"), line.size());
  row->reason = line.substr(reason);
  return error == std::errc() && end == count.data() + count.size() &&
         row->count > 0 && !row->glob.empty() && !row->reason.empty();
}

bool Matches(const Expectation& row, const NamedResult& result) {
  return row.outcome == result.result.outcome &&
         ::fnmatch(row.glob.c_str(), result.name.c_str(), 0) == 0;
}

}  // namespace

Result<std::vector<Expectation>> ParseExpectations(std::string_view text) {
  std::vector<Expectation> rows;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    if (!ParseLine(line, &rows.emplace_back())) {
      return Status(ONNXIFI_STATUS_INVALID_PROPERTY,
                    StrCat("expectations, line ", number,
                           ": not understood: write refused|failed|crashed "
                           "COUNT GLOB REASON"));
    }
  }
  return rows;
}

std::vector<std::string> CheckExpectations(
    const std::vector<Expectation>& expected,
    const std::vector<NamedResult>& results) {
  std::vector<std::string> differences;
  for (const Expectation& row : expected) {
    size_t count = 0;
    for (const NamedResult& result : results) {
      count += Matches(row, result) ? 1 : 0;
    }
    if (count == row.count) continue;
    differences.push_back(StrCat(OutcomeName(row.outcome), " ",
                                 EscapeText(row.glob), ": expected ", row.count,
                                 " cases, counted ", count));
  }
  for (const NamedResult& result : results) {
    if (result.result.outcome == Outcome::kPassed) continue;
    bool covered = false;
    for (const Expectation& row : expected) covered |= Matches(row, result);
    if (covered) continue;
    differences.push_back(StrCat(OutcomeName(result.result.outcome), " ",
                                 EscapeText(result.name),
                                 ": no line of the expectations covers it"));
  }
  return differences;
}

}  // namespace onnxifi::cli
