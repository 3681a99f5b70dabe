#ifndef ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_BACKEND_H_
#define ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_BACKEND_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/backend.h"

namespace onnxifi::testing {

// How all fake executables behave; set by tests. Thread-safe.
struct FakeControl {
  std::atomic<onnxStatus> run_status{ONNXIFI_STATUS_SUCCESS};
  std::atomic<bool> throw_in_run{false};
  std::atomic<bool> no_memory_in_run{false};  // throws std::bad_alloc
  std::atomic<int> run_sleep_us{0};
  std::atomic<bool> block{false};          // runs wait until it is false again
  std::atomic<bool> concurrent{false};     // executables may overlap
  std::atomic<bool> tell_node{false};      // failing runs name their first node
  std::atomic<bool> forget_output{false};  // runs by value lose their last
  std::atomic<onnxStatus> query_status{ONNXIFI_STATUS_SUCCESS};
  std::atomic<bool> throw_in_query{false};
  std::atomic<bool> forget_answer{false};  // queries lose their last
  // Queries tell more: Add is in group 1, reads its input 1 on the host, takes
  // 100 ns and 10 bytes; Cast is emulated, in group 2, takes 7 ns and 50 bytes.
  std::atomic<bool> tell_more{false};
  // What was observed.
  std::atomic<int> started{0};
  std::atomic<int> finished{0};
  std::atomic<int> specialized{0};
  std::atomic<int> without_facts{0};           // nodes asked about one by one
  std::atomic<const void*> constant{nullptr};  // data of one in a query
  std::atomic<bool> overlapped{false};         // two threads in one executable
  // Data of a constant of the graph that was compiled last.
  std::atomic<const void*> compiled_constant{nullptr};
  std::atomic<int> running{0};  // at this moment
  std::atomic<int> most_running{0};

  void Reset();
};
FakeControl& Fake();
// The option "speed" of the graph that was compiled last; "fast" or "slow".
std::string FakeOption();

// One run of an executable or a graph whose flag is `running`, while it lives:
// counts, waits and sleeps as the control says. A run that is stopped waits no
// longer.
class FakeRun {
 public:
  explicit FakeRun(std::atomic<bool>& running);
  ~FakeRun();
  FakeRun(const FakeRun&) = delete;
  FakeRun& operator=(const FakeRun&) = delete;

 private:
  std::atomic<bool>& running_;
};

// Interprets Add and Identity of float32, Not of bool, and Cast from float32
// to int32; graphs that need values as fake_values.h says. Device 0 takes symbolic shapes; device 1 does not, and holds at
// most kFakeMaxGraphs graphs.
inline constexpr uint64_t kFakeMaxGraphs = 3;
Result<std::vector<std::unique_ptr<Backend>>> CreateFakeBackends();

}  // namespace onnxifi::testing

#endif  // ONNXIFI_BACKENDS_COMMON_TESTING_FAKE_BACKEND_H_
