#ifndef ONNXIFI_CONFORMANCE_RUNNER_WORKER_H_
#define ONNXIFI_CONFORMANCE_RUNNER_WORKER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace onnxifi::conformance {

// The first argument of the program when it is to be a worker.
inline constexpr const char* kWorkerArgument = "certify-worker";
// Where a worker writes its results.
inline constexpr int kResultFd = 3;
// How a worker ends whose results cannot be written any more.
inline constexpr int kNoResultExit = 86;

// What a worker is told, on its standard input.
struct WorkOrder {
  std::string plugin;
  std::string archive;  // path; empty: none
  uint64_t backend = 0;
  uint64_t seed = 0;
  std::string profile;    // text of the vendor profile; empty: none
  std::string artifacts;  // folder; empty: none are kept
  std::string key;        // of the seal of all lines that come back
  std::vector<std::string> tests;
};

std::string ToText(const WorkOrder& order);
Result<WorkOrder> ParseOrder(std::string_view text);

// In a worker: a sealed line for the runner. Ends the process when it is gone.
void SendLine(const std::string& line);

// The program of a worker: reads its order, runs the tests in their order, and
// writes a line "B NAME" before each and a record after it, each sealed. Ends the process at
// once when it is done. Returns an exit code when it could not begin.
int WorkerMain();

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_WORKER_H_
