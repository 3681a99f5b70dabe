#include "loader/probe.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/child_process.h"
#include "base/str_cat.h"

namespace onnxifi::loader {

namespace {

// "NUMBER TEXT".
Outcome ParseAnswer(std::string_view answer) {
  int number = 0;
  const auto parsed =
      std::from_chars(answer.data(), answer.data() + answer.size(), number);
  if (parsed.ec != std::errc()) {
    return {Reason::kContract, "the probe gave no answer"};
  }
  if (number == 0) return {};
  const auto text_at = static_cast<size_t>(parsed.ptr - answer.data());
  const std::string text(answer.substr(std::min(text_at + 1, answer.size())));
  if (!IsKnownReason(number)) {
    return {Reason::kContract, "the probe gave an unknown answer"};
  }
  return {static_cast<Reason>(number), text};
}

}  // namespace

bool Probe::available() const {
  return !helper_.empty() && access(helper_.c_str(), X_OK) == 0;
}

Outcome Probe::Run(const std::string& plugin) const {
  const ChildAnswer answer =
      AskChild(helper_, plugin, std::chrono::milliseconds(timeout_ms_));
  switch (answer.end) {
    case ChildAnswer::End::kAnswered:
      return ParseAnswer(answer.line);
    case ChildAnswer::End::kExited:
      return {Reason::kProbeExited,
              StrCat("ends its process when it is loaded (exit status ",
                     answer.code, ")")};
    case ChildAnswer::End::kCrashed:
      return {Reason::kProbeCrashed,
              StrCat("crashes when it is loaded (signal ", answer.code, ")")};
    case ChildAnswer::End::kLate:
      return {Reason::kProbeTimeout,
              StrCat("did not load within ", timeout_ms_, " ms")};
    case ChildAnswer::End::kNotStarted:
      break;
  }
  return {Reason::kNoMemory, StrCat("cannot start ", helper_)};
}

}  // namespace onnxifi::loader
