#ifndef ONNXIFI_LOADER_OUTCOME_H_
#define ONNXIFI_LOADER_OUTCOME_H_

#include <string>
#include <utility>

namespace onnxifi::loader {

// Why a candidate was not used; the numbers are part of the load report.
enum class Reason : int {
  kNone = 0,
#define ONNXIFI_REASON(name, number, fix) name = number,
#include "loader/reason.inc"
};

// "ONNXIFI-E1104", or "" for kNone.
std::string ReasonCode(Reason reason);
// What a user can do about it; "" for kNone and for an unknown number.
const char* ReasonFix(Reason reason);
// Whether the number is one of the list (a cache file may hold anything).
bool IsKnownReason(int number);

// The result of one step of loading: fine, or a reason with a sentence.
struct [[nodiscard]] Outcome {
  Outcome() = default;
  Outcome(Reason r, std::string t) : reason(r), text(std::move(t)) {}

  bool ok() const { return reason == Reason::kNone; }

  Reason reason = Reason::kNone;
  std::string text;
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_OUTCOME_H_
