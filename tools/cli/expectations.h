#ifndef ONNXIFI_TOOLS_CLI_EXPECTATIONS_H_
#define ONNXIFI_TOOLS_CLI_EXPECTATIONS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tools/cli/case_runner.h"

namespace onnxifi::client {

// How many cases, whose names match a glob, do not pass, how, and why.
struct Expectation {
  Outcome outcome = Outcome::kRefused;
  std::optional<size_t> count;  // nothing: any number
  std::string glob;
  std::string reason;
};

// How many cases, whose names match a glob, have random outputs, where these
// lie, and why. They pass when types, shapes and ranges are right.
struct RandomCases {
  size_t count = 0;
  std::string glob;
  ValueRange range;
  std::string reason;
};

// A file of expectations.
struct Expectations {
  std::vector<Expectation> outcomes;
  std::vector<RandomCases> random;
};

// Reads lines
//   refused|failed|crashed COUNT|any GLOB REASON...
//   random COUNT GLOB LOW..HIGH REASON...
// '#' starts a comment line.
Result<Expectations> ParseExpectations(std::string_view text);

// The range for the outputs of this case; nothing when they are not random.
std::optional<ValueRange> RandomRange(const Expectations& expected,
                                      const std::string& name);

struct NamedResult {
  std::string name;
  CaseResult result;
};

// What differs: a count that is off (so also a case that passes although a
// line speaks of it), or a case that does not pass and that no line covers.
// Random cases are counted by their names, whatever became of them.
std::vector<std::string> CheckExpectations(
    const Expectations& expected, const std::vector<NamedResult>& results);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_EXPECTATIONS_H_
