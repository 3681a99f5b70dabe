#ifndef ONNXIFI_TOOLS_CLI_EXPECTATIONS_H_
#define ONNXIFI_TOOLS_CLI_EXPECTATIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tools/cli/case_runner.h"

namespace onnxifi::cli {

// One line of an expectation file: how many cases, whose names match a glob,
// do not pass, how, and why.
struct Expectation {
  Outcome outcome = Outcome::kRefused;
  size_t count = 0;
  std::string glob;
  std::string reason;
};

// Reads lines "refused|failed|crashed COUNT GLOB REASON..."; '#' starts a
// comment line.
Result<std::vector<Expectation>> ParseExpectations(std::string_view text);

struct NamedResult {
  std::string name;
  CaseResult result;
};

// What differs: a count that is off (so also a case that passes although a
// line speaks of it), or a case that does not pass and that no line covers.
std::vector<std::string> CheckExpectations(
    const std::vector<Expectation>& expected,
    const std::vector<NamedResult>& results);

}  // namespace onnxifi::cli

#endif  // ONNXIFI_TOOLS_CLI_EXPECTATIONS_H_
