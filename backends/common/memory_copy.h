#ifndef ONNXIFI_BACKENDS_COMMON_MEMORY_COPY_H_
#define ONNXIFI_BACKENDS_COMMON_MEMORY_COPY_H_

#include <memory>
#include <string>
#include <vector>

#include "backends/common/device_memory.h"
#include "backends/common/event.h"
#include "backends/common/run_queue.h"
#include "base/status.h"

namespace onnxifi::abi {

// One copy whose ends have been checked.
struct CheckedCopy {
  void* to;
  const void* from;
  size_t size;
};

// The copies that one backend has accepted: runs of a queue of their own, each
// a batch. Thread-safe.
class CopyQueue {
 public:
  // `name` as in "a copy on backend 'x'", for messages.
  explicit CopyQueue(const std::string& name)
      : queue_(std::make_shared<RunQueue>(name)),
        gates_(std::make_shared<RunQueue>(name)) {}

  // Accepts a batch that begins when all of `waits` are signalled, and fails
  // when one of them belongs to a run that failed or never can be signalled.
  Result<Ref<Event>> Start(DeviceMemory& memory,
                           std::vector<CheckedCopy> copies,
                           const std::vector<Ref<Event>>& waits);

  // Waits until all accepted copies are done.
  void WaitIdle();

 private:
  const std::shared_ptr<RunQueue> queue_;
  const std::shared_ptr<RunQueue> gates_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_MEMORY_COPY_H_
