#ifndef ONNXIFI_CONFORMANCE_HARNESS_OUTCOME_H_
#define ONNXIFI_CONFORMANCE_HARNESS_OUTCOME_H_

#include <optional>
#include <string_view>

namespace onnxifi::conformance {

// How a test ended; outcome.inc tells what each means.
enum class Outcome {
#define ONNXIFI_OUTCOME(name, certifies) name,
#include "conformance/harness/outcome.inc"
};

const char* OutcomeName(Outcome outcome);
// Nothing for a text that names none.
std::optional<Outcome> ParseOutcome(std::string_view name);
// Whether a plugin can be certified that has tests with this outcome.
bool Certifies(Outcome outcome);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_HARNESS_OUTCOME_H_
