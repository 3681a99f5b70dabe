#ifndef ONNXIFI_TOOLS_CLI_CLI_ERROR_H_
#define ONNXIFI_TOOLS_CLI_CLI_ERROR_H_

#include <string>

#include "base/status.h"

namespace onnxifi::client {

// What the process ends with; scripts rely on the numbers.
enum ExitCode : int {
  kExitOk = 0,
  kExitComparison = 1,      // results differ, cases failed
  kExitUsage = 2,           // wrong command line or unusable file
  kExitNoBackend = 3,       // no plugin or device
  kExitModelRejected = 4,   // the backend refuses the model
  kExitPluginRejected = 5,  // the loader refuses the plugin
  kExitTimeout = 6,
  kExitPluginFailed = 7,  // the plugin crashed or failed inside
  kExitResources = 8,     // memory or another limit
};

// What the tool was doing when an ABI call failed; decides the exit code.
enum class Step { kLoad, kCompile, kBind, kRun };

// Prints "onnxifi: CODE what: why: how to fix" to standard error and returns
// the exit code that belongs to the status and the step.
int ReportFailure(const Status& status, Step step);

// The same for the tool's own findings, under a stable code
// "ONNXIFI-E<number>".
int ReportError(int number, const std::string& message, ExitCode code);

// Numbers of the tool's own errors; never reused. 0xxx are ABI statuses, 1xxx
// the loader's.
inline constexpr int kErrorUsage = 3001;
inline constexpr int kErrorFile = 3002;
inline constexpr int kErrorInput = 3003;
inline constexpr int kErrorShape = 3004;
inline constexpr int kErrorNoBackend = 3005;
inline constexpr int kErrorWrite = 3006;
inline constexpr int kErrorComparison = 3007;
inline constexpr int kErrorNoCase = 3008;
inline constexpr int kErrorExpectation = 3009;
inline constexpr int kErrorWorker = 3010;

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_CLI_ERROR_H_
