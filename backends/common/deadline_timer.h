#ifndef ONNXIFI_BACKENDS_COMMON_DEADLINE_TIMER_H_
#define ONNXIFI_BACKENDS_COMMON_DEADLINE_TIMER_H_

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

#include "backends/common/event.h"

namespace onnxifi::abi {

// Stops runs at their deadlines. Its thread starts with the first deadline and
// ends with the executor's. Thread-safe; one instance per library.
class DeadlineTimer {
 public:
  static DeadlineTimer& Get();

  void Add(const Ref<Event>& run, int64_t deadline_ns);
  void Remove(const Event* run, int64_t deadline_ns);

  // Ends the thread; it starts again when needed, but not `for_good`. Called
  // when the last handle is gone, not from a thread of the library.
  void Shutdown(bool for_good);

 private:
  bool SpawnIfNeeded();
  void ThreadMain();
  static void RegisterForkHandlers();

  std::mutex mutex_;
  // All below are guarded by mutex_ unless atomic.
  std::multimap<int64_t, Ref<Event>> runs_;
  pthread_t thread_ = {};
  bool running_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  bool fork_handlers_ = false;
  std::atomic<uint32_t> wake_{0};
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_DEADLINE_TIMER_H_
