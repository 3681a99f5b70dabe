#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_BACKEND_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_BACKEND_H_

#include <atomic>
#include <memory>
#include <vector>

#include "backends/common/backend.h"

namespace onnxifi::testing {

// How all fake executables behave; set by tests. Thread-safe.
struct FakeControl {
  std::atomic<onnxStatus> run_status{ONNXIFI_STATUS_SUCCESS};
  std::atomic<bool> throw_in_run{false};
  std::atomic<int> run_sleep_us{0};
  std::atomic<bool> block{false};  // runs wait until it is false again
  // What was observed.
  std::atomic<int> started{0};
  std::atomic<int> finished{0};
  std::atomic<int> specialized{0};
  std::atomic<bool> overlapped{false};  // two threads in one executable

  void Reset();
};
FakeControl& Fake();

// Interprets Add and Identity of float32, Not of bool, and Cast from float32
// to int32. Device 0 takes symbolic shapes; device 1 does not, and holds at
// most kFakeMaxGraphs graphs.
inline constexpr uint64_t kFakeMaxGraphs = 3;
Result<std::vector<std::unique_ptr<Backend>>> CreateFakeBackends();

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_BACKEND_H_
