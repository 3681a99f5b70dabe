#ifndef ONNXIFI_BACKENDS_COMMON_RUN_CONTROL_H_
#define ONNXIFI_BACKENDS_COMMON_RUN_CONTROL_H_

#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace onnxifi {

// Something that took time in a run; times on CLOCK_MONOTONIC.
struct ProfileEntry {
  uint32_t kind = ONNXIFI_PROFILE_NODE;
  std::string name;
  std::string op;  // empty: none
  int64_t start_ns = 0;
  int64_t duration_ns = 0;
};

// What a client of interface 1.1 wants of one run besides its results. Whoever
// executes nodes asks Current() once and, if there is one, StopCode() before
// each node. Thread-safe, but for the profile, which belongs to the thread that
// executes the run.
class RunControl {
 public:
  // Of the run that this thread executes; nullptr: nothing is wanted.
  static RunControl* Current();

  // While it lives, this thread executes a run: `control`, which may be null,
  // is the current one, and `failure` receives what NoteRunFailure gets.
  class Scope {
   public:
    Scope(RunControl* control, Status* failure);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    RunControl* const outer_control_;
    Status* const outer_failure_;
  };

  // From now on StopCode() is `code`, unless another came first.
  void Stop(onnxStatus code);
  // SUCCESS, or why the run must not go on.
  onnxStatus StopCode();

  // On CLOCK_MONOTONIC; 0: none. Set before the run starts.
  int64_t deadline_ns = 0;
  uint64_t correlation_id = 0;
  bool profiled = false;
  std::vector<ProfileEntry> profile;
  // Adds a node that was started at `start_ns` and has just ended. Without
  // memory for it the profile lacks it.
  void AddNode(const std::string& name, const std::string& op,
               int64_t start_ns) noexcept;

 private:
  std::atomic<onnxStatus> stop_{ONNXIFI_STATUS_SUCCESS};
};

// CANCELLED or DEADLINE_EXCEEDED.
bool IsStopped(onnxStatus status);
// The same as an error; SUCCESS is none.
Status StoppedStatus(onnxStatus code);

// Tells why the run on this thread fails; executables report a code only. The
// last one counts, but one that names a node counts more.
void NoteRunFailure(const Status& failure) noexcept;

}  // namespace onnxifi

#endif  // ONNXIFI_BACKENDS_COMMON_RUN_CONTROL_H_
