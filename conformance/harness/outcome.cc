#include "conformance/harness/outcome.h"

namespace onnxifi::conformance {
namespace {

struct Row {
  Outcome outcome;
  const char* name;
  bool certifies;
};

constexpr Row kRows[] = {
#define ONNXIFI_OUTCOME(name, certifies) {Outcome::name, #name, certifies},
#include "conformance/harness/outcome.inc"
};

}  // namespace

const char* OutcomeName(Outcome outcome) {
  return kRows[static_cast<size_t>(outcome)].name;
}

std::optional<Outcome> ParseOutcome(std::string_view name) {
  for (const Row& row : kRows) {
    if (name == row.name) return row.outcome;
  }
  return std::nullopt;
}

bool Certifies(Outcome outcome) {
  return kRows[static_cast<size_t>(outcome)].certifies;
}

}  // namespace onnxifi::conformance
