#ifndef ONNXIFI_CONFORMANCE_RUNNER_WORKER_PROCESS_H_
#define ONNXIFI_CONFORMANCE_RUNNER_WORKER_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/status.h"
#include "conformance/runner/worker.h"

namespace onnxifi::conformance {

// The runner's side of one worker. Kills it at the end. Move-only; one thread.
class WorkerProcess {
 public:
  // Starts this program again as a worker, with more variables in its
  // environment ("NAME=VALUE").
  static Result<WorkerProcess> Start(
      const WorkOrder& order, const std::vector<std::string>& variables = {});
  ~WorkerProcess();
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;

  // For poll: readable when there is something to read, or the end.
  int fd() const { return results_; }
  // Reads what is there into lines; false at the end, and when a line is not the
  // worker's own.
  bool Read(std::vector<std::string>* lines);
  // Something else has written into the pipe: nothing behind that counts.
  bool forged() const { return forged_; }
  // Ends it, by force, and tells how it had ended before: "" (in order),
  // "signal 11 (Segmentation fault)", "exit code 1".
  std::string Stop();
  bool killed_by_system() const { return killed_by_system_; }
  // Resident bytes now; 0 when it is gone.
  size_t memory() const;
  // The end of what it wrote to standard output and error, safe to print.
  std::string Log() const;

 private:
  WorkerProcess() = default;

  pid_t pid_ = -1;
  int results_ = -1;
  int log_ = -1;
  std::string key_;
  std::string pending_;
  bool forged_ = false;
  bool killed_by_system_ = false;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_RUNNER_WORKER_PROCESS_H_
