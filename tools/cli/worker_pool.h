#ifndef ONNXIFI_TOOLS_CLI_WORKER_POOL_H_
#define ONNXIFI_TOOLS_CLI_WORKER_POOL_H_

#include <cstddef>
#include <functional>
#include <string>

#include "base/status.h"

namespace onnxifi::client {

// How one task ended.
struct TaskEnd {
  enum class Kind { kReplied, kCrashed, kTimedOut };
  Kind kind = Kind::kReplied;
  std::string reply;  // for kReplied
  std::string how;    // for kCrashed: "signal 11 (Segmentation fault)"
};

struct WorkerOptions {
  int jobs = 1;
  int timeout_seconds = 60;    // for one task
  int tasks_per_worker = 200;  // then a fresh one, so that leaks stay small
};

// Turns a task's number into its reply.
using TaskFunction = std::function<std::string(size_t)>;
// Runs once in every worker, before its tasks.
using WorkerSetup = std::function<Result<TaskFunction>()>;

// Runs tasks 0 .. count-1 in forked processes. A task that crashes or hangs
// costs only itself: another worker goes on. Calls `done` in this process, in
// the order of ending. Fails when a worker cannot be set up, with that reason;
// INTERNAL_ERROR when it dies during its set-up. The calling process must have
// one thread.
Status RunInWorkers(size_t count, const WorkerOptions& options,
                    const WorkerSetup& setup,
                    const std::function<void(size_t, const TaskEnd&)>& done);

}  // namespace onnxifi::client

#endif  // ONNXIFI_TOOLS_CLI_WORKER_POOL_H_
