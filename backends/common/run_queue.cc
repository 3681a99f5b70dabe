#include "backends/common/run_queue.h"

#include <utility>

#include "backends/common/executor.h"
#include "base/futex.h"
#include "base/log.h"

namespace onnxifi::abi {

void RunQueue::Leave() {
  outstanding_.fetch_sub(1, std::memory_order_seq_cst);
  if (idle_waiters_.load(std::memory_order_seq_cst) != 0) {
    FutexWake(&outstanding_);
  }
}

void RunQueue::MakeReady(Event* event) {
  // As soon as the run is in the queue another thread may finish it.
  const Ref<Event> keep = event->run().self;
  event->run().ready_ns = NowNs();
  event->run().stage.store(Run::Stage::kReady, std::memory_order_release);
  bool claimed = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (last_ == nullptr) {
      first_ = event;
    } else {
      last_->run().next = event;
    }
    last_ = event;
    claimed = claimed_;
  }
  event->Nudge();
  // Whoever has the claim looks again before giving it back.
  if (!claimed) Executor::Get().Post(*this);
}

bool RunQueue::Remove(Event* run) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Event* before = nullptr;
  for (Event* at = first_; at != nullptr; at = at->run().next) {
    if (at != run) {
      before = at;
      continue;
    }
    (before == nullptr ? first_ : before->run().next) = run->run().next;
    if (last_ == run) last_ = before;
    run->run().next = nullptr;
    return true;
  }
  return false;
}

bool RunQueue::TryClaim(const Event* next) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (claimed_ || first_ == nullptr) return false;
  if (next != nullptr && first_ != next) return false;
  claimed_ = true;
  return true;
}

int64_t RunQueue::ReadySince() {
  constexpr int64_t kNever = INT64_MAX / 2;
  const std::lock_guard<std::mutex> lock(mutex_);
  return first_ == nullptr ? kNever : first_->run().ready_ns;
}

// The first ready run, now executing; gives the claim back when there is none.
Event* RunQueue::PopFront() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Event* event = first_;
  if (event == nullptr) {
    claimed_ = false;
    return nullptr;
  }
  first_ = std::exchange(event->run().next, nullptr);
  if (first_ == nullptr) last_ = nullptr;
  event->run().stage.store(Run::Stage::kExecuting, std::memory_order_relaxed);
  return event;
}

void RunQueue::GiveClaimBack() {
  Ref<Event> next;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    claimed_ = false;
    if (first_ != nullptr) next = first_->run().self;
  }
  if (!next) return;
  next->Nudge();
  Executor::Get().Post(*this);
}

void RunQueue::Drain(const Event* last) {
  const std::shared_ptr<RunQueue> keep = shared_from_this();
  // The last one may be stopped meanwhile, and never come to the front.
  while (last == nullptr || !last->IsDone()) {
    Event* const event = PopFront();
    if (event == nullptr) return;
    event->run().executed.store(true, std::memory_order_relaxed);
    Event::FinishRun(event, event->Execute());
  }
  GiveClaimBack();
}

void RunQueue::WaitIdle(uint32_t own) {
  constexpr int64_t kWarnNs = 5000000000;
  constexpr timespec kStep = {1, 0};
  int64_t warn_at = NowNs() + kWarnNs;
  idle_waiters_.fetch_add(1, std::memory_order_seq_cst);
  for (;;) {
    const uint32_t left = outstanding_.load(std::memory_order_seq_cst);
    if (left <= own) break;
    if (TryClaim()) {
      Drain(nullptr);
      continue;
    }
    FutexWait(outstanding_, left, &kStep);
    if (NowNs() > warn_at && outstanding_.load() > own) {
      warn_at = INT64_MAX;
      Log(LogLevel::kWarning, "the release of ", name_, " waits for ", left,
          " run(s); their input events have to be signalled or released");
    }
  }
  idle_waiters_.fetch_sub(1, std::memory_order_relaxed);
  Executor::Get().Forget(*this);
}

}  // namespace onnxifi::abi
