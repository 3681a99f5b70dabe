#include "backends/common/deadline_timer.h"

#include <signal.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

#include "backends/common/executor.h"
#include "base/futex.h"
#include "base/log.h"

namespace onnxifi::abi {

// Never destroyed: its mutex may be needed while the process ends.
DeadlineTimer& DeadlineTimer::Get() {
  alignas(DeadlineTimer) static std::byte storage[sizeof(DeadlineTimer)];
  static DeadlineTimer* const timer = new (storage) DeadlineTimer;
  return *timer;
}

// In the child of a fork there is no thread; the next deadline starts one.
void DeadlineTimer::RegisterForkHandlers() {
  pthread_atfork([] { Get().mutex_.lock(); }, [] { Get().mutex_.unlock(); },
                 [] {
                   Get().running_ = false;
                   Get().stopping_ = false;
                   Get().mutex_.unlock();
                 });
}

bool DeadlineTimer::SpawnIfNeeded() {
  if (running_ || ended_) return false;
  if (!std::exchange(fork_handlers_, true)) RegisterForkHandlers();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int rc = pthread_create(
      &thread_, nullptr,
      [](void*) -> void* {
        Get().ThreadMain();
        return nullptr;
      },
      nullptr);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  running_ = rc == 0;
  if (rc != 0) {
    Log(LogLevel::kWarning, "no thread for deadlines: error ", rc,
        "; runs look at them between nodes only");
  }
  return running_;
}

void DeadlineTimer::Add(const Ref<Event>& run, int64_t deadline_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = runs_.emplace(deadline_ns, run);
  if (SpawnIfNeeded() || at != runs_.begin()) return;
  wake_.fetch_add(1, std::memory_order_seq_cst);
  FutexWake(&wake_);
}

void DeadlineTimer::Remove(const Event* run, int64_t deadline_ns) {
  Ref<Event> removed;  // dropped after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [first, last] = runs_.equal_range(deadline_ns);
  const auto at = std::find_if(
      first, last, [run](const auto& one) { return one.second.get() == run; });
  if (at == last) return;
  removed = std::move(at->second);
  runs_.erase(at);
}

void DeadlineTimer::ThreadMain() {
  pthread_setname_np(pthread_self(), "onnxifi-timer");
  Executor::MarkThread();
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const uint32_t seen = wake_.load(std::memory_order_seq_cst);
    if (runs_.empty()) {
      lock.unlock();
      FutexWait(wake_, seen);
      lock.lock();
      continue;
    }
    const int64_t left = runs_.begin()->first - NowNs();
    if (left > 0) {
      lock.unlock();
      const timespec timeout = {left / 1000000000, left % 1000000000};
      FutexWait(wake_, seen, &timeout);
      lock.lock();
      continue;
    }
    const Ref<Event> run = std::move(runs_.begin()->second);
    runs_.erase(runs_.begin());
    lock.unlock();
    Event::Stop(run, ONNXIFI_STATUS_DEADLINE_EXCEEDED);
    lock.lock();
  }
}

void DeadlineTimer::Shutdown(bool for_good) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // What clients have left behind has no deadline any more.
    if (for_good) ended_ = true;
    if (!running_ || stopping_) return;
    stopping_ = true;
    wake_.fetch_add(1, std::memory_order_seq_cst);
    FutexWake(&wake_);
  }
  pthread_join(thread_, nullptr);
  const std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = false;
  running_ = false;
  // A run that was accepted meanwhile belongs to a new client.
  if (!runs_.empty()) SpawnIfNeeded();
}

}  // namespace onnxifi::abi
