#include "backends/common/executor.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <utility>

#include "base/futex.h"
#include "base/log.h"

namespace onnxifi::abi {
namespace {

// What a client gets to execute its run itself before the background does.
constexpr int64_t kGraceNs = 30000;
// After this many runs executed by clients in a row, do not wake the
// background for each run...
constexpr uint32_t kPatience = 4;
// ...but let it look this often, and sleep for good after this many looks
// that found nothing.
constexpr int64_t kNapNs = 500000;
constexpr int kMaxNaps = 40;

constinit Executor g_executor;

// On a background thread: the queue that it drains.
constinit thread_local RunQueue* t_draining = nullptr;

constinit thread_local bool t_own_thread = false;

}  // namespace

Executor& Executor::Get() { return g_executor; }

bool Executor::OnThread() { return t_own_thread; }
void Executor::MarkThread() { t_own_thread = true; }

// In the child of a fork there are no threads; the next post starts new ones.
void Executor::RegisterForkHandlers() {
  pthread_atfork([] { g_executor.mutex_.lock(); },
                 [] { g_executor.mutex_.unlock(); },
                 [] {
                   g_executor.thread_count_ = 0;
                   g_executor.executing_ = 0;
                   g_executor.stopping_ = false;
                   g_executor.next_look_ns_ = INT64_MAX;
                   g_executor.mutex_.unlock();
                 });
}

void Executor::Link(RunQueue& queue) {
  if (queue.posted_self_ != nullptr) return;
  queue.posted_self_ = queue.shared_from_this();
  queue.posted_next_ = nullptr;
  (last_ == nullptr ? first_ : last_->posted_next_) = &queue;
  last_ = &queue;
}

// Starts a thread when all that exist are executing. True if it did.
bool Executor::SpawnIfNeeded() {
  if (stopping_ || thread_count_ > executing_ || thread_count_ == kMaxThreads) {
    return false;
  }
  if (!std::exchange(fork_handlers_, true)) RegisterForkHandlers();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int rc = pthread_create(
      &threads_[thread_count_], nullptr,
      [](void*) -> void* {
        g_executor.ThreadMain();
        return nullptr;
      },
      nullptr);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (rc != 0) {
    if (!std::exchange(without_thread_, true)) {
      Log(LogLevel::kWarning, "no background thread: error ", rc,
          "; runs execute when a client waits for them");
    }
    return false;
  }
  without_thread_ = false;
  ++thread_count_;
  return true;
}

void Executor::WakeOne() {
  wake_.fetch_add(1, std::memory_order_seq_cst);
  FutexWake(&wake_, 1);
}

void Executor::Post(RunQueue& queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Link(queue);
  if (t_draining != nullptr) {
    // A run executed here made this one ready: no client is about to take it.
    // This thread does, unless it is not done with its own queue.
    queue.urgent_ = true;
    const std::lock_guard<std::mutex> own_lock(t_draining->mutex_);
    if (t_draining->first_ == nullptr) return;
  }
  if (SpawnIfNeeded()) return;
  const bool trusts_client =
      client_streak_.load(std::memory_order_relaxed) >= kPatience;
  const int64_t slack = trusts_client ? kNapNs : kGraceNs;
  if (next_look_ns_ == INT64_MAX || next_look_ns_ > NowNs() + 2 * slack) {
    WakeOne();
  }
}

bool Executor::PostUrgent(RunQueue& queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Link(queue);
  queue.urgent_ = true;
  if (!SpawnIfNeeded()) WakeOne();
  return thread_count_ > 0;
}

// Takes *link, which follows `before` (nullptr: nothing), off the list.
std::shared_ptr<RunQueue> Executor::Unlink(RunQueue** link, RunQueue* before) {
  RunQueue& queue = **link;
  *link = queue.posted_next_;
  if (last_ == &queue) last_ = before;
  queue.urgent_ = false;
  return std::move(queue.posted_self_);
}

// Drops posted queues that somebody else executes or has emptied.
void Executor::ForgetServed() {
  RunQueue** link = &first_;
  RunQueue* before = nullptr;
  while (*link != nullptr) {
    bool served = false;
    {
      const std::lock_guard<std::mutex> lock((*link)->mutex_);
      served = (*link)->claimed_ || (*link)->first_ == nullptr;
    }
    if (served) {
      Unlink(link, before);
    } else {
      before = *link;
      link = &before->posted_next_;
    }
  }
}

void Executor::Forget(RunQueue& queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (queue.posted_self_ != nullptr) ForgetServed();
}

// Claims the first posted queue whose grace time is over; otherwise tells when
// the next one is due.
std::shared_ptr<RunQueue> Executor::TakeDue(int64_t now, int64_t* next_due) {
  ForgetServed();
  RunQueue* before = nullptr;
  for (RunQueue** link = &first_; *link != nullptr;) {
    RunQueue& queue = **link;
    const int64_t due = queue.urgent_ ? 0 : queue.ReadySince() + kGraceNs;
    if (due <= now && queue.TryClaim()) return Unlink(link, before);
    *next_due = std::min(*next_due, std::max(due, now + 1));
    before = &queue;
    link = &queue.posted_next_;
  }
  return nullptr;
}

// Nanoseconds to sleep; negative: until woken. One thread at a time keeps
// watch, the others sleep until woken.
int64_t Executor::PlanSleep(int64_t now, int64_t next_due, int* naps) {
  int64_t look = INT64_MAX;
  if (next_due != INT64_MAX) {
    look = next_due;
    *naps = 0;
  } else if (client_streak_.load(std::memory_order_relaxed) >= kPatience &&
             ++*naps <= kMaxNaps) {
    look = now + kNapNs;
  }
  if (look >= next_look_ns_) return -1;
  next_look_ns_ = look;
  return look - now;
}

void Executor::ThreadMain() {
  pthread_setname_np(pthread_self(), "onnxifi-runs");
  MarkThread();
  prctl(PR_SET_TIMERSLACK, 1000);  // nanoseconds; the default is 50 us
  int naps = 0;
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    const int64_t now = NowNs();
    int64_t next_due = INT64_MAX;
    if (std::shared_ptr<RunQueue> queue = TakeDue(now, &next_due)) {
      client_streak_.store(0, std::memory_order_relaxed);
      naps = 0;
      ++executing_;
      if (first_ != nullptr && !SpawnIfNeeded()) WakeOne();
      lock.unlock();
      t_draining = queue.get();
      queue->Drain(nullptr);
      t_draining = nullptr;
      queue.reset();
      lock.lock();
      --executing_;
      continue;
    }
    const int64_t sleep_ns = PlanSleep(now, next_due, &naps);
    if (sleep_ns < 0) naps = 0;
    const uint32_t seen = wake_.load(std::memory_order_seq_cst);
    lock.unlock();
    const timespec timeout = {sleep_ns / 1000000000, sleep_ns % 1000000000};
    FutexWait(wake_, seen, sleep_ns < 0 ? nullptr : &timeout);
    lock.lock();
    if (sleep_ns >= 0) next_look_ns_ = INT64_MAX;
  }
}

void Executor::Shutdown() {
  int count = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (thread_count_ == 0 || stopping_) return;
    stopping_ = true;
    count = thread_count_;
    wake_.fetch_add(1, std::memory_order_seq_cst);
    FutexWake(&wake_);
  }
  for (int i = 0; i < count; ++i) pthread_join(threads_[i], nullptr);
  const std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = false;
  thread_count_ = 0;
  next_look_ns_ = INT64_MAX;
  client_streak_.store(0, std::memory_order_relaxed);
  // A run that became ready meanwhile belongs to a new client.
  ForgetServed();
  if (first_ != nullptr) SpawnIfNeeded();
}

}  // namespace onnxifi::abi
