#include "backends/common/event.h"

#include <algorithm>
#include <utility>

#include "backends/common/deadline_timer.h"
#include "backends/common/executor.h"
#include "backends/common/host_callbacks.h"
#include "backends/common/run_queue.h"
#include "base/futex.h"
#include "base/str_cat.h"

namespace onnxifi::abi {
namespace {

// Longer than most hand-overs between cores, shorter than what a sleep and a
// wake-up cost together.
constexpr int64_t kSpinNs = 30000;
// Chains longer than this are left to the background threads.
constexpr int kMaxChain = 1024;

constinit HandleTable<Event> g_events;

// A client that is told of the end of a run, on the stack of the thread that
// tells it.
struct Telling {
  const RunQueue* queue;
  const Telling* outer;
};
constinit thread_local const Telling* t_telling = nullptr;

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

bool Event::RemoveGated(Event* run) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Event* before = nullptr;
  for (Event* at = gated_first_; at != nullptr; at = at->run_.next) {
    if (at != run) {
      before = at;
      continue;
    }
    (before == nullptr ? gated_first_ : before->run_.next) = run->run_.next;
    if (gated_last_ == run) gated_last_ = before;
    run->run_.next = nullptr;
    return true;
  }
  return false;
}

namespace {

// `first`, then `second`, as one list.
Event* Join(Event* first, Event* second) {
  if (first == nullptr) return second;
  Event* last = first;
  while (last->run().next != nullptr) last = last->run().next;
  last->run().next = second;
  return first;
}

}  // namespace

Event* Event::OpenGates(Event* gated) {
  Event* failed = nullptr;
  while (gated != nullptr) {
    Event* run = std::exchange(gated, gated->run_.next);
    run->run_.next = nullptr;
    if (run->run_.wishes == nullptr) {
      run->ForgetInput();
      run->run_.queue->MakeReady(run);
      continue;
    }
    const onnxStatus code = Advance(run);
    if (code == ONNXIFI_STATUS_SUCCESS) continue;
    run->run_.end = code;
    run->run_.next = failed;
    failed = run;
  }
  return failed;
}

Event* Event::FailGated(Event* gated) {
  for (Event* run = gated; run != nullptr; run = run->run_.next) {
    run->run_.end = ONNXIFI_STATUS_INTERNAL_ERROR;
  }
  return gated;
}

onnxStatus Event::Advance(Event* run) {
  // Once it is gated, another thread may move it on and finish it.
  const Ref<Event> keep = run->run_.self;
  RunWishes& wishes = *run->run_.wishes;
  while (run->run_.next_wait < wishes.waits.size()) {
    const Ref<Event> gate = wishes.waits[run->run_.next_wait++];
    {
      const std::lock_guard<std::mutex> lock(run->mutex_);
      run->run_.input = gate;
    }
    switch (gate->AddGated(run)) {
      case Gate::kAdded: {
        // Stop may have looked before the run was there to be found.
        const onnxStatus stop = wishes.control.StopCode();
        if (stop == ONNXIFI_STATUS_SUCCESS || !gate->RemoveGated(run)) {
          return ONNXIFI_STATUS_SUCCESS;
        }
        return stop;
      }
      case Gate::kOpen:
        continue;
      case Gate::kFailed:
      case Gate::kNever:
        return ONNXIFI_STATUS_INTERNAL_ERROR;
    }
  }
  run->ForgetInput();
  run->run_.queue->MakeReady(run);
  // As above.
  const onnxStatus stop = wishes.control.StopCode();
  if (stop == ONNXIFI_STATUS_SUCCESS || !run->run_.queue->Remove(run)) {
    return ONNXIFI_STATUS_SUCCESS;
  }
  return stop;
}

// Whoever stops a run first says so and then looks for it in lists; whoever
// moves a run puts it into a list and then looks whether it is stopped. Locks
// order the two, so that one of them takes it out.
bool Event::Take(const Ref<Event>& event, onnxStatus code) {
  Run& run = event->run_;
  run.wishes->control.Stop(code);
  Ref<Event> gate;
  {
    const std::lock_guard<std::mutex> lock(event->mutex_);
    gate = run.input;
  }
  if (!(gate && gate->RemoveGated(event.get())) &&
      !run.queue->Remove(event.get())) {
    return false;
  }
  run.end = code;
  return true;
}

void Event::Stop(const Ref<Event>& run, onnxStatus code) {
  if (Take(run, code)) FinishRuns(run.get());
}

bool Event::AddWatcher(const Ref<Event>& run) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (StateOf(word_.load(std::memory_order_relaxed)) == kSignalled) {
    return false;
  }
  watchers_.push_back(run);
  watched_.store(true, std::memory_order_relaxed);
  return true;
}

void Event::RemoveWatcher(const Event* run) {
  Ref<Event> removed;  // dropped after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at =
      std::find_if(watchers_.begin(), watchers_.end(),
                   [run](const Ref<Event>& one) { return one.get() == run; });
  if (at == watchers_.end()) return;
  removed = std::move(*at);
  watchers_.erase(at);
}

// Once the event is signalled: nobody can become a watcher any more.
Event* Event::TakeWatchers() {
  if (!watched_.load(std::memory_order_relaxed)) return nullptr;
  std::vector<Ref<Event>> watchers;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    watchers.swap(watchers_);
  }
  Event* taken = nullptr;
  for (const Ref<Event>& run : watchers) {
    if (!Take(run, ONNXIFI_STATUS_CANCELLED)) continue;
    run->run_.next = taken;
    taken = run.get();
  }
  return taken;
}

// Not SUCCESS: what the run ends with before it begins.
onnxStatus Event::WatchForStop(const Ref<Event>& run) {
  RunWishes& wishes = *run->run_.wishes;
  if (wishes.cancel && !wishes.cancel->AddWatcher(run)) {
    return ONNXIFI_STATUS_CANCELLED;
  }
  if (wishes.control.deadline_ns != 0) {
    const onnxStatus stop = wishes.control.StopCode();
    if (stop != ONNXIFI_STATUS_SUCCESS) return stop;
    DeadlineTimer::Get().Add(run, wishes.control.deadline_ns);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

void Event::EndWatch() {
  RunWishes& wishes = *run_.wishes;
  if (wishes.cancel) wishes.cancel->RemoveWatcher(this);
  const int64_t deadline = wishes.control.deadline_ns;
  if (deadline != 0) DeadlineTimer::Get().Remove(this, deadline);
}

bool Event::CanBeStopped() const {
  return run_.wishes != nullptr &&
         (run_.wishes->cancellable || run_.wishes->control.deadline_ns != 0);
}

void Event::EndWishes(onnxStatus code) {
  EndWatch();
  RunWishes& wishes = *run_.wishes;
  wishes.waits.clear();
  wishes.cancel = {};
  if (wishes.done == nullptr) return;
  const Telling telling = {run_.queue.get(), t_telling};
  t_telling = &telling;
  try {
    wishes.done(wishes.done_context, wishes.control.correlation_id, code);
  } catch (...) {
  }
  t_telling = telling.outer;
}

uint32_t Event::TellingOf(const RunQueue& queue) {
  uint32_t count = 0;
  for (const Telling* at = t_telling; at != nullptr; at = at->outer) {
    if (at->queue == &queue) ++count;
  }
  return count;
}

onnxStatus Event::Execute() {
  RunControl traced;
  RunControl* control =
      run_.wishes == nullptr ? nullptr : &run_.wishes->control;
  const bool own_profile =
      control != nullptr && run_.wishes->profile != nullptr;
  if (!own_profile && HostCallbacks::Get().traces()) {
    if (control == nullptr) control = &traced;
    control->profiled = true;
  }
  const bool profiled = control != nullptr && control->profiled;
  const int64_t start = profiled ? NowNs() : 0;
  onnxStatus code = ONNXIFI_STATUS_SUCCESS;
  {
    const RunControl::Scope scope(control, &run_.failure);
    code = run_.binding->Execute();
  }
  if (profiled) {
    SendProfile(*control, run_.queue->graph_name(), start,
                own_profile ? run_.wishes->profile : nullptr,
                own_profile ? run_.wishes->profile_context : nullptr);
  }
  return code;
}

// Completes one run and gives those that end because it has.
Event* Event::Finish() {
  const Ref<Event> self = std::move(run_.self);
  const onnxStatus code = run_.end;
  const bool well = code == ONNXIFI_STATUS_SUCCESS;
  run_.stage.store(Run::Stage::kDone, std::memory_order_release);
  ForgetInput();
  run_.queue->Count(well);
  if (!well) ReportFailure(code);
  Event* gated = nullptr;
  Settle(kSignalled, code, &gated);
  Event* more = TakeWatchers();
  more = Join(well ? OpenGates(gated) : FailGated(gated), more);
  run_.binding.reset();
  if (run_.wishes != nullptr) EndWishes(code);
  run_.queue->Leave();
  return more;
}

void Event::FinishRuns(Event* todo) {
  while (todo != nullptr) {
    Event* event = std::exchange(todo, todo->run_.next);
    event->run_.next = nullptr;
    todo = Join(event->Finish(), todo);
  }
}

void Event::FinishRun(Event* run, onnxStatus code) {
  run->run_.end = code;
  FinishRuns(run);
}

bool Event::StartRun(const Ref<Event>& output, std::shared_ptr<RunQueue> queue,
                     std::shared_ptr<const Binding> binding,
                     const Ref<Event>& input) {
  Run& run = output->run_;
  run.queue = std::move(queue);
  run.binding = std::move(binding);
  run.self = output;
  run.queue->Enter();
  if (input) {
    run.stage.store(Run::Stage::kGated, std::memory_order_release);
    run.input = input;
    switch (input->AddGated(output.get())) {
      case Gate::kAdded:
        return true;
      case Gate::kFailed:
        FinishRun(output.get(), ONNXIFI_STATUS_INTERNAL_ERROR);
        return true;
      case Gate::kNever: {
        output->ForgetInput();
        const Ref<Event> self = std::move(run.self);
        run.binding.reset();
        run.queue->Leave();
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

Ref<Event> Event::Accept(std::shared_ptr<RunQueue> queue,
                         std::shared_ptr<const Binding> binding,
                         std::unique_ptr<RunWishes> wishes) {
  Ref<Event> output = Table().Create();
  Run& run = output->run_;
  run.queue = std::move(queue);
  run.binding = std::move(binding);
  run.wishes = std::move(wishes);
  run.wishes->cancellable = static_cast<bool>(run.wishes->cancel);
  run.self = output;
  run.queue->Enter();
  run.stage.store(Run::Stage::kGated, std::memory_order_release);
  try {
    run.end = WatchForStop(output);
  } catch (...) {
    output->EndWatch();
    run.self = {};
    run.binding.reset();
    run.queue->Leave();
    (void)Table().Kill(output.handle());
    throw;
  }
  return output;
}

void Event::Begin(const Ref<Event>& output) {
  Run& run = output->run_;
  if (run.end == ONNXIFI_STATUS_SUCCESS) {
    const onnxStatus code = Advance(output.get());
    // From here on the run may be another thread's.
    if (code == ONNXIFI_STATUS_SUCCESS) return;
    run.end = code;
  }
  FinishRuns(output.get());
}

onnxStatus Event::Signal() {
  Event* gated = nullptr;
  if (!Settle(kSignalled, ONNXIFI_STATUS_SUCCESS, &gated)) {
    return StateOf(word_.load(std::memory_order_acquire)) == kAbandoned
               ? ONNXIFI_STATUS_INVALID_EVENT
               : ONNXIFI_STATUS_INVALID_STATE;
  }
  Event* const stopped = TakeWatchers();
  FinishRuns(Join(OpenGates(gated), stopped));
  return ONNXIFI_STATUS_SUCCESS;
}

void Event::Released() {
  if (run_.queue != nullptr) return;
  {
    // Nobody can signal it any more: it cancels nothing.
    std::vector<Ref<Event>> watchers;
    const std::lock_guard<std::mutex> lock(mutex_);
    watchers.swap(watchers_);
  }
  Event* gated = nullptr;
  Settle(kAbandoned, ONNXIFI_STATUS_INVALID_EVENT, &gated);
  FinishRuns(FailGated(gated));
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

// Whether this thread, which waits for the event, executes what is ready. If
// the event's run can be stopped, it executes that one only: the end of another
// may come too late. The background then does the others.
bool Event::ClaimToWait(const Ref<Event>& root, Ref<Event>* kicked) const {
  RunQueue& queue = *root->run_.queue;
  if (!CanBeStopped()) return queue.TryClaim();
  if (queue.TryClaim(this)) return true;
  if (kicked->get() == root.get()) return false;
  *kicked = root;
  return !Executor::Get().PostUrgent(queue) && queue.TryClaim();
}

onnxStatus Event::Wait(const Ref<Event>& event) {
  int64_t spin_until = 0;
  Ref<Event> kicked;
  for (;;) {
    const uint32_t word = event->word_.load(std::memory_order_acquire);
    if (StateOf(word) != kPending) return event->Result(word);
    if (const Ref<Event> root = ReadyRoot(event)) {
      RunQueue& queue = *root->run_.queue;
      if (event->ClaimToWait(root, &kicked)) {
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

Status Event::FailureOf(onnxStatus code) const {
  const std::string& name = run_.queue->name();
  if (IsStopped(code)) return StoppedStatus(code).WithContext(name);
  if (!run_.failure.ok()) {
    return Status(code, StrCat(name, ": ", run_.failure.message()))
        .At(run_.failure.node());
  }
  const char* why =
      ": the run was cancelled, because its input event was released "
      "unsignalled or belongs to a run that failed";
  if (code == ONNXIFI_STATUS_BACKEND_UNAVAILABLE) {
    why = ": the run failed: the device is gone";
  } else if (IsShortage(code)) {
    why =
        ": the run found too little memory, or too little of something else "
        "on the device; free some and run again";
  } else if (run_.executed.load(std::memory_order_relaxed)) {
    why = ": the backend failed during the run";
  }
  return Status(code, name + why);
}

Status Event::Failure() const {
  const uint32_t word = word_.load(std::memory_order_acquire);
  if (run_.queue == nullptr || StateOf(word) != kSignalled) return {};
  const onnxStatus code = result_.load(std::memory_order_relaxed);
  return code == ONNXIFI_STATUS_SUCCESS ? Status() : FailureOf(code);
}

void Event::ReportFailure(onnxStatus code) const noexcept {
  if (!HostCallbacks::Get().takes_errors()) return;
  ErrorRecord record;
  try {
    record.Set(FailureOf(code));
  } catch (...) {
    record.Set(code, "the run failed, and there is no memory to say why");
  }
  HostCallbacks::Get().SendError(record);
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
