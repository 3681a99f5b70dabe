#ifndef ONNXIFI_BACKENDS_COMMON_EVENT_H_
#define ONNXIFI_BACKENDS_COMMON_EVENT_H_

#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "backends/common/binding.h"
#include "backends/common/handle_table.h"
#include "backends/common/run_control.h"
#include "base/status.h"

namespace onnxifi::abi {

class Event;
class RunQueue;

// What interface 1.1 adds to a run; core runs have none.
struct RunWishes {
  RunControl control;
  std::vector<Ref<Event>> waits;  // all of them, the run's input among them
  Ref<Event> cancel;
  bool cancellable = false;  // there is a cancel event; valid beyond the end
  onnxRunDoneCallback done = nullptr;
  void* done_context = nullptr;
  onnxProfileCallback profile = nullptr;
  void* profile_context = nullptr;
};

// One accepted run. It lives inside its output event, so that accepting a core
// run allocates nothing.
struct Run {
  enum class Stage : uint32_t { kNone, kGated, kReady, kExecuting, kDone };

  std::shared_ptr<RunQueue> queue;  // null: the event was made by the client
  std::shared_ptr<const Binding> binding;
  Ref<Event> input;       // while gated; guarded by the output event's mutex
  Ref<Event> self;        // keeps the output event alive until the run is done
  Event* next = nullptr;  // in the gated list or in the ready queue
  int64_t ready_ns = 0;
  std::atomic<Stage> stage{Stage::kNone};
  std::atomic<bool> kicked{false};  // a poller asked for a background start
  std::atomic<bool> executed{false};
  // Set before the run is accepted, valid as long as the event.
  std::unique_ptr<RunWishes> wishes;
  size_t next_wait = 0;  // of wishes->waits; used by who moves the run on
  // What the run ends with; set by whoever took it off its list.
  onnxStatus end = ONNXIFI_STATUS_SUCCESS;
  Status failure;  // why it failed; written before it is signalled
};

// A single-shot event; signalled by the client or by the run that it belongs
// to. Runs that wait for it start when it is signalled and fail when it never
// can be. Thread-safe.
class Event {
 public:
  static constexpr HandleKind kHandleKind = HandleKind::kEvent;
  static constexpr uint32_t kSlotsPerChunk = 128;
  static HandleTable<Event>& Table();

  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Makes this the output event of a run of `queue`, gated by `input` (empty:
  // ready now). False when `input` can no longer be signalled; then there is
  // no run.
  static bool StartRun(const Ref<Event>& output,
                       std::shared_ptr<RunQueue> queue,
                       std::shared_ptr<const Binding> binding,
                       const Ref<Event>& input);
  // The same with wishes, which bring what the run waits for, in two steps. The
  // first accepts the run and gives its output event; the second starts it and
  // may tell the client of its end. When one of the events can no longer be
  // signalled, the run has failed.
  static Ref<Event> Accept(std::shared_ptr<RunQueue> queue,
                           std::shared_ptr<const Binding> binding,
                           std::unique_ptr<RunWishes> wishes);
  static void Begin(const Ref<Event>& output);

  // Ends the run with `code` at once when it has not begun, else at its next
  // node; does nothing when it is done. For runs with wishes.
  static void Stop(const Ref<Event>& run, onnxStatus code);

  // The client's signal. SUCCESS, INVALID_STATE, or INVALID_EVENT after
  // Abandon. Never runs a graph.
  onnxStatus Signal();

  // Waits until the event is signalled; executes the runs that it needs on
  // this thread when nobody else has started them. SUCCESS, the failure of
  // the run, or INVALID_EVENT after Abandon.
  static onnxStatus Wait(const Ref<Event>& event);

  // Whether it is signalled, without waiting. Sees to it that a run that is
  // ready gets started.
  static bool Poll(const Ref<Event>& event);

  // The client released its handle: unless a run will signal the event,
  // nobody can any more; waiters return and gated runs are cancelled.
  void Released();

  // Completes a run: signals its event with `code`; what it gates becomes
  // ready, or fails too. Called by the thread that took the run off its list.
  static void FinishRun(Event* run, onnxStatus code);

  // Executes the run, on the thread that drains its queue.
  onnxStatus Execute();

  // Wakes the threads in Wait so that they try to execute again; no cost when
  // there are none.
  void Nudge();

  // What the wait for a run that ended with `code` reports.
  Status FailureOf(onnxStatus code) const;
  // The same without waiting; OK while the run goes on.
  Status Failure() const;
  // Runs on whose ends this thread tells clients right now, of one graph.
  static uint32_t TellingOf(const RunQueue& queue);

  Run& run() { return run_; }
  // Whether its run has ended, or is about to be told of its end.
  bool IsDone() const {
    return run_.stage.load(std::memory_order_acquire) == Run::Stage::kDone;
  }

 private:
  // Low bits of word_; the rest counts nudges.
  enum : uint32_t {
    kPending = 0,
    kSignalled = 1,
    kAbandoned = 2,
    kStateMask = 3,
    kWaiters = 4,
    kNudge = 8
  };
  enum class Gate { kAdded, kOpen, kFailed, kNever };

  static uint32_t StateOf(uint32_t word) { return word & kStateMask; }
  // Leaves kPending; false when that happened before. *gated gets the runs
  // that waited for it.
  bool Settle(uint32_t state, onnxStatus result, Event** gated);
  // Functions that give an Event* give runs linked by Run::next which the
  // caller has to finish with their Run::end.
  static Event* OpenGates(Event* gated);
  static Event* FailGated(Event* gated);
  static void FinishRuns(Event* todo);
  Event* Finish();
  void ForgetInput();
  Gate AddGated(Event* run);
  bool RemoveGated(Event* run);
  // Moves a run on to its next wait event or, behind the last one, into the
  // queue. Not SUCCESS: what the caller has to finish it with.
  static onnxStatus Advance(Event* run);
  // What Stop does, but for finishing the run: true when the caller has to.
  static bool Take(const Ref<Event>& run, onnxStatus code);
  // False: it is signalled already.
  bool AddWatcher(const Ref<Event>& run);
  void RemoveWatcher(const Event* run);
  Event* TakeWatchers();
  static onnxStatus WatchForStop(const Ref<Event>& run);
  void EndWatch();
  void EndWishes(onnxStatus code);
  bool CanBeStopped() const;
  bool ClaimToWait(const Ref<Event>& root, Ref<Event>* kicked) const;
  void ReportFailure(onnxStatus code) const noexcept;
  onnxStatus Result(uint32_t word) const;
  bool SpinWhileExecuting(int64_t* spin_until) const;
  // The run that has to execute next for this event to be signalled, if it is
  // ready.
  static Ref<Event> ReadyRoot(Ref<Event> event);

  std::atomic<uint32_t> word_{kPending};
  std::atomic<onnxStatus> result_{ONNXIFI_STATUS_SUCCESS};
  std::mutex mutex_;
  Event* gated_first_ = nullptr;  // guarded by mutex_
  Event* gated_last_ = nullptr;   // guarded by mutex_
  // Runs that this event cancels; guarded by mutex_.
  std::vector<Ref<Event>> watchers_;
  std::atomic<bool> watched_{false};  // there has been one
  Run run_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_EVENT_H_
