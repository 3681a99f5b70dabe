#ifndef ONNXIFI_BACKENDS_COMMON_EVENT_H_
#define ONNXIFI_BACKENDS_COMMON_EVENT_H_

#include <onnxifi/onnxifi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "backends/common/binding.h"
#include "backends/common/handle_table.h"

namespace onnxifi::abi {

class Event;
class RunQueue;

// One accepted run. It lives inside its output event, so that accepting a run
// allocates nothing.
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

  // Completes runs linked by Run::next: signals their events with `code`; what
  // they gate becomes ready, or fails too. Called by the thread that took the
  // runs off their list.
  static void FinishRuns(Event* first, onnxStatus code);

  // Wakes the threads in Wait so that they try to execute again; no cost when
  // there are none.
  void Nudge();

  // Why the run behind this event failed, for messages.
  std::string FailureText() const;

  Run& run() { return run_; }

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
  static void OpenGates(Event* gated);
  void ForgetInput();
  Gate AddGated(Event* run);
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
  Run run_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_EVENT_H_
