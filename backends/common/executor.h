#ifndef ONNXIFI_BACKENDS_COMMON_EXECUTOR_H_
#define ONNXIFI_BACKENDS_COMMON_EXECUTOR_H_

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "backends/common/run_queue.h"

namespace onnxifi::abi {

// The background threads: they execute ready runs that no client thread took
// within a short grace time. A client that signals and then waits executes
// its run itself; for such clients the background is not even woken, it only
// looks at the posted queues now and then. Threads start when first needed.
//
// Thread-safe; one instance per library.
class Executor {
 public:
  constexpr Executor() = default;
  static Executor& Get();

  // `queue` has ready runs that nobody has claimed.
  void Post(RunQueue& queue);
  // The same, and the client is polling: start now. False without threads.
  bool PostUrgent(RunQueue& queue);
  // No run of `queue` will be made ready any more: lets go of it, even when no
  // thread of ours looks (none may have been to be had).
  void Forget(RunQueue& queue);
  // A waiting client executed a run by itself.
  void ClientExecuted() {
    client_streak_.fetch_add(1, std::memory_order_relaxed);
  }

  // Whether this is a thread of the library, and not a client's.
  static bool OnThread();
  static void MarkThread();

  // Ends the threads; they start again when needed. Called when the last
  // handle is gone, not from one of the threads.
  void Shutdown();

 private:
  static constexpr int kMaxThreads = 4;

  void Link(RunQueue& queue);
  bool SpawnIfNeeded();
  void WakeOne();
  std::shared_ptr<RunQueue> Unlink(RunQueue** link, RunQueue* before);
  void ForgetServed();
  std::shared_ptr<RunQueue> TakeDue(int64_t now, int64_t* next_due);
  int64_t PlanSleep(int64_t now, int64_t next_due, int* naps);
  void ThreadMain();
  static void RegisterForkHandlers();

  std::mutex mutex_;
  // All below are guarded by mutex_ unless atomic.
  pthread_t threads_[kMaxThreads] = {};
  int thread_count_ = 0;
  int executing_ = 0;
  bool stopping_ = false;
  bool fork_handlers_ = false;
  bool without_thread_ = false;       // none was to be had, which was logged
  int64_t next_look_ns_ = INT64_MAX;  // when a sleeping thread looks by itself
  RunQueue* first_ = nullptr;
  RunQueue* last_ = nullptr;
  std::atomic<uint32_t> wake_{0};
  std::atomic<uint32_t> client_streak_{0};
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_EXECUTOR_H_
