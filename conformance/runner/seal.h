#ifndef ONNXIFI_CONFORMANCE_RUNNER_SEAL_H_
#define ONNXIFI_CONFORMANCE_RUNNER_SEAL_H_

#include <optional>
#include <string>
#include <string_view>

namespace onnxifi::conformance {

// What tells lines of a worker from those that a plugin writes into the same
// pipe: a hash of the line and of a key that the plugin is not given. The key
// lies in the process's memory all the same: this stops a plugin that guesses,
// not one that searches for it.

// 32 hexadecimal digits, other ones each time.
std::string NewSealKey();

// The line with the seal in front of it.
std::string SealLine(std::string_view key, std::string_view line);

// The line without its seal; nothing when that is missing or wrong.
std::optional<std::string> OpenSeal(std::string_view key,
                                    std::string_view sealed);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_SEAL_H_
