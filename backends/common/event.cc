#include "backends/common/event.h"

#include <utility>

#include "backends/common/executor.h"
#include "backends/common/run_queue.h"
#include "base/futex.h"

namespace onnxifi::abi {
namespace {

// Longer than most hand-overs between cores, shorter than what a sleep and a
// wake-up cost together.
constexpr int64_t kSpinNs = 30000;
// Chains longer than this are left to the background threads.
constexpr int kMaxChain = 1024;

constinit HandleTable<Event> g_events;

}  // namespace

HandleTable<Event>& Event::Table() { return g_events; }

bool Event::Settle(uint32_t state, onnxStatus result, Event** gated) {
  uint32_t before = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (StateOf(word_.load(std::memory_order_relaxed)) != kPending) {
      *gated = nullptr;
      return false;
    }
    result_.store(result, std::memory_order_relaxed);
    before = word_.fetch_or(state, std::memory_order_seq_cst);
    *gated = std::exchange(gated_first_, nullptr);
    gated_last_ = nullptr;
  }
  if ((before & kWaiters) != 0) FutexWake(&word_);
  return true;
}

Event::Gate Event::AddGated(Event* run) {
  const std::lock_guard<std::mutex> lock(mutex_);
  switch (StateOf(word_.load(std::memory_order_acquire))) {
    case kSignalled:
      return result_.load(std::memory_order_relaxed) == ONNXIFI_STATUS_SUCCESS
                 ? Gate::kOpen
                 : Gate::kFailed;
    case kAbandoned:
      return Gate::kNever;
    default:
      break;
  }
  if (gated_last_ == nullptr) {
    gated_first_ = run;
  } else {
    gated_last_->run_.next = run;
  }
  gated_last_ = run;
  return Gate::kAdded;
}

void Event::ForgetInput() {
  Ref<Event> input;  // dropped after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  input = std::move(run_.input);
}

void Event::OpenGates(Event* gated) {
  while (gated != nullptr) {
    Event* run = std::exchange(gated, gated->run_.next);
    run->run_.next = nullptr;
    run->ForgetInput();
    run->run_.queue->MakeReady(run);
  }
}

void Event::FinishRuns(Event* first, onnxStatus code) {
  Event* todo = first;
  while (todo != nullptr) {
    Event* event = std::exchange(todo, todo->run_.next);
    const Ref<Event> self = std::move(event->run_.self);
    event->run_.next = nullptr;
    event->run_.stage.store(Run::Stage::kDone, std::memory_order_release);
    event->ForgetInput();
    Event* gated = nullptr;
    event->Settle(kSignalled, code, &gated);
    if (code == ONNXIFI_STATUS_SUCCESS) {
      OpenGates(gated);
    } else if (gated != nullptr) {
      Event* last = gated;
      while (last->run_.next != nullptr) last = last->run_.next;
      last->run_.next = todo;
      todo = gated;
    }
    event->run_.binding.reset();
    event->run_.queue->Done();
    // Only the first can have failed on the device; what it gated has not
    // been executed.
    if (code != ONNXIFI_STATUS_SUCCESS) code = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
}

bool Event::StartRun(const Ref<Event>& output, std::shared_ptr<RunQueue> queue,
                     std::shared_ptr<const Binding> binding,
                     const Ref<Event>& input) {
  Run& run = output->run_;
  run.queue = std::move(queue);
  run.binding = std::move(binding);
  run.self = output;
  run.queue->Accepted();
  if (input) {
    run.stage.store(Run::Stage::kGated, std::memory_order_release);
    run.input = input;
    switch (input->AddGated(output.get())) {
      case Gate::kAdded:
        return true;
      case Gate::kFailed:
        FinishRuns(output.get(), ONNXIFI_STATUS_INTERNAL_ERROR);
        return true;
      case Gate::kNever: {
        output->ForgetInput();
        const Ref<Event> self = std::move(run.self);
        run.binding.reset();
        run.queue->Done();
        return false;
      }
      case Gate::kOpen:
        output->ForgetInput();
        break;
    }
  }
  run.queue->MakeReady(output.get());
  return true;
}

onnxStatus Event::Signal() {
  Event* gated = nullptr;
  if (!Settle(kSignalled, ONNXIFI_STATUS_SUCCESS, &gated)) {
    return StateOf(word_.load(std::memory_order_acquire)) == kAbandoned
               ? ONNXIFI_STATUS_INVALID_EVENT
               : ONNXIFI_STATUS_INVALID_STATE;
  }
  OpenGates(gated);
  return ONNXIFI_STATUS_SUCCESS;
}

void Event::Released() {
  if (run_.queue != nullptr) return;
  Event* gated = nullptr;
  Settle(kAbandoned, ONNXIFI_STATUS_INVALID_EVENT, &gated);
  FinishRuns(gated, ONNXIFI_STATUS_INTERNAL_ERROR);
}

void Event::Nudge() {
  if ((word_.load(std::memory_order_seq_cst) & kWaiters) == 0) return;
  word_.fetch_add(kNudge, std::memory_order_seq_cst);
  FutexWake(&word_);
}

Ref<Event> Event::ReadyRoot(Ref<Event> event) {
  for (int i = 0; i < kMaxChain; ++i) {
    switch (event->run_.stage.load(std::memory_order_acquire)) {
      case Run::Stage::kReady:
        return event;
      case Run::Stage::kGated:
        break;
      default:
        return {};
    }
    Ref<Event> input;
    {
      const std::lock_guard<std::mutex> lock(event->mutex_);
      input = event->run_.input;
    }
    // Without input it has just become ready: look again.
    if (input) event = std::move(input);
  }
  return {};
}

onnxStatus Event::Result(uint32_t word) const {
  return StateOf(word) == kAbandoned ? ONNXIFI_STATUS_INVALID_EVENT
                                     : result_.load(std::memory_order_relaxed);
}

// True while it is worth looking again soon: the run is being executed by
// another thread and the spin time is not used up.
bool Event::SpinWhileExecuting(int64_t* spin_until) const {
  const Run::Stage stage = run_.stage.load(std::memory_order_relaxed);
  if (stage != Run::Stage::kExecuting && stage != Run::Stage::kReady) {
    return false;
  }
  const int64_t now = NowNs();
  if (*spin_until == 0) *spin_until = now + kSpinNs;
  if (now >= *spin_until) return false;
  for (int i = 0; i < 64; ++i) {
    if (StateOf(word_.load(std::memory_order_relaxed)) != kPending) break;
    CpuPause();
  }
  return true;
}

onnxStatus Event::Wait(const Ref<Event>& event) {
  int64_t spin_until = 0;
  for (;;) {
    const uint32_t word = event->word_.load(std::memory_order_acquire);
    if (StateOf(word) != kPending) return event->Result(word);
    if (const Ref<Event> root = ReadyRoot(event)) {
      RunQueue& queue = *root->run_.queue;
      if (queue.TryClaim()) {
        Executor::Get().ClientExecuted();
        queue.Drain(root.get());
        continue;
      }
    }
    if (event->SpinWhileExecuting(&spin_until)) continue;
    if ((word & kWaiters) == 0) {
      // Announce first, then try once more: whoever makes the run ready from
      // now on wakes this thread.
      event->word_.fetch_or(kWaiters, std::memory_order_seq_cst);
      continue;
    }
    FutexWait(event->word_, word);
  }
}

std::string Event::FailureText() const {
  const char* why =
      ": the run was cancelled, because its input event was released "
      "unsignalled or belongs to a run that failed";
  if (IsShortage(result_.load(std::memory_order_relaxed))) {
    why =
        ": the run found too little memory, or too little of something else "
        "on the device; free some and run again";
  } else if (run_.executed.load(std::memory_order_relaxed)) {
    why = ": the backend failed during the run";
  }
  return run_.queue->name() + why;
}

bool Event::Poll(const Ref<Event>& event) {
  const uint32_t word = event->word_.load(std::memory_order_acquire);
  if (StateOf(word) != kPending) return StateOf(word) == kSignalled;
  const Ref<Event> root = ReadyRoot(event);
  if (root && !root->run_.kicked.exchange(true, std::memory_order_relaxed)) {
    Executor::Get().PostUrgent(*root->run_.queue);
  }
  return false;
}

}  // namespace onnxifi::abi
