// Events: section 7.6 of the checklist.
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

void NewEventIsNotSignalled(Test& test) {
  Session session(test);
  onnxEvent event = session.NewEvent();
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  for (int i = 0; i < 3; ++i) {
    onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
    CERTIFY_STATUS(test, test.plugin().onnxGetEventState(event, &state),
                   ONNXIFI_STATUS_SUCCESS, "of a new event");
    CERTIFY_CHECK(test, state == ONNXIFI_EVENT_STATE_NONSIGNALLED, "state ",
                  state, " of a new event");
  }
}

void NullEvent(Test& test) {
  Session session(test);
  CERTIFY_STATUS(test, test.plugin().onnxInitEvent(session.backend(), nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "event is NULL");
  CheckReason(test, session, "an event that is NULL");
}

void NullState(Test& test) {
  Session session(test);
  onnxEvent event = session.NewEvent();
  CERTIFY_STATUS(test, test.plugin().onnxGetEventState(event, nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "state is NULL");
  CheckReason(test, session, "a state that is NULL");
  CERTIFY_CHECK(test, StateOf(test, event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "the event has changed");
}

void SignalledForEver(Test& test) {
  Session session(test);
  onnxEvent event = session.NewEvent();
  onnxEvent other = session.NewEvent();
  CERTIFY_REQUIRE(test, event != nullptr && other != nullptr, "no event");
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                 ONNXIFI_STATUS_SUCCESS, "a new event");
  for (int i = 0; i < 5; ++i) {
    CERTIFY_CHECK(test, StateOf(test, event) == ONNXIFI_EVENT_STATE_SIGNALLED,
                  "an event that was signalled is not");
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "a signalled event");
  }
  CERTIFY_CHECK(test, StateOf(test, other) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "signalling one event has signalled another one");
}

void SignalledOnce(Test& test) {
  Session session(test);
  onnxEvent event = session.NewSignalledEvent();
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  for (int i = 0; i < 3; ++i) {
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                   ONNXIFI_STATUS_INVALID_STATE, "signalled before");
    CheckReason(test, session, "a second signal");
    CERTIFY_CHECK(test, StateOf(test, event) == ONNXIFI_EVENT_STATE_SIGNALLED,
                  "a second signal has changed the event");
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "a signalled event");
  }
}

// The output event of a complete run is an event like others.
void OutputEventIsSignalledOnce(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  ProbeTensors tensors({2, 3});
  onnxGraph graph = session.NewGraph(probe->bytes);
  CERTIFY_REQUIRE(test, graph != nullptr && session.Bind(graph, tensors),
                  "no graph");
  onnxEvent done = session.Start(graph, session.NewSignalledEvent());
  for (int i = 0; i < 3; ++i) {
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done),
                   ONNXIFI_STATUS_SUCCESS, "wait ", i, " for one run");
  }
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(done),
                 ONNXIFI_STATUS_INVALID_STATE, "the run has signalled it");
  CERTIFY_CHECK(test, StateOf(test, done) == ONNXIFI_EVENT_STATE_SIGNALLED,
                "a complete run is not signalled");
}

void ReleasedInBothStates(Test& test) {
  Session session(test);
  for (const bool signalled : {false, true}) {
    onnxEvent event =
        signalled ? session.NewSignalledEvent() : session.NewEvent();
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    session.DisownEvent(event);
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "signalled: ", signalled);
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event),
                   ONNXIFI_STATUS_INVALID_EVENT, "released twice");
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                   ONNXIFI_STATUS_INVALID_EVENT, "released");
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(event),
                   ONNXIFI_STATUS_INVALID_EVENT, "released");
    onnxEventState state = ONNXIFI_EVENT_STATE_SIGNALLED;
    CERTIFY_STATUS(test, test.plugin().onnxGetEventState(event, &state),
                   ONNXIFI_STATUS_INVALID_EVENT, "released");
    CERTIFY_CHECK(test, state == ONNXIFI_EVENT_STATE_INVALID,
                  "the state of a released event is ", state);
  }
}

void ManyAtOnce(Test& test) {
  constexpr size_t kEvents = 1000;
  Session session(test);
  std::set<onnxEvent> all;
  for (size_t i = 0; i < kEvents; ++i) {
    onnxEvent event = session.NewEvent();
    CERTIFY_REQUIRE(test, event != nullptr, "no event after ", i);
    CERTIFY_CHECK(test, all.insert(event).second, "two events have one handle");
  }
  size_t i = 0;
  for (onnxEvent event : all) {
    if (i++ % 3 != 0) continue;
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "one of 1000 events");
  }
  i = 0;
  for (onnxEvent event : all) {
    const bool signalled =
        StateOf(test, event) == ONNXIFI_EVENT_STATE_SIGNALLED;
    CERTIFY_CHECK(test, signalled == (i++ % 3 == 0),
                  "one of 1000 events is in the state of another one");
  }
}

void ManyCycles(Test& test) {
  Session session(test);
  onnxBackend backend = session.backend();
  CERTIFY_REQUIRE(test, backend != nullptr, "no backend");
  for (int i = 0; i < 20000 && !test.failed(); ++i) {
    onnxEvent event = nullptr;
    CERTIFY_STATUS(test, test.plugin().onnxInitEvent(backend, &event),
                   ONNXIFI_STATUS_SUCCESS, "event ", i);
    if (i % 2 == 0) {
      CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                     ONNXIFI_STATUS_SUCCESS, "event ", i);
    }
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "event ", i);
  }
}

// Waits on its own thread; says when it has come back.
class Waiter {
 public:
  Waiter(const Plugin& plugin, onnxEvent event)
      : thread_([this, &plugin, event] {
          began_ = true;
          status_ = plugin.onnxWaitEvent(event);
          returned_ = true;
        }) {}
  ~Waiter() { Join(); }
  onnxStatus Join() {
    if (thread_.joinable()) thread_.join();
    return status_;
  }
  bool began() const { return began_; }
  bool returned() const { return returned_; }

 private:
  std::atomic<bool> began_{false};
  std::atomic<bool> returned_{false};
  std::atomic<onnxStatus> status_{-1};
  std::thread thread_;
};

void WaitBlocks(Test& test) {
  Session session(test);
  if (!NeedsThreads(test, session)) return;
  onnxEvent event = session.NewEvent();
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  {
    Waiter waiter(test.plugin(), event);
    while (!waiter.began()) std::this_thread::yield();
    // Time for one that does not wait to come back; a right one never does.
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CERTIFY_CHECK(test, !waiter.returned(),
                  "a wait has returned before the event is signalled");
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "an event somebody waits for");
    CERTIFY_STATUS(test, waiter.Join(), ONNXIFI_STATUS_SUCCESS,
                   "the wait of another thread");
  }
}

void AllWaitersWake(Test& test) {
  constexpr int kWaiters = 8;
  Session session(test);
  if (!NeedsThreads(test, session)) return;
  for (int round = 0; round < 6 && !test.failed(); ++round) {
    onnxEvent event = session.NewEvent();
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    std::atomic<int> began{0};
    std::atomic<int> woken{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kWaiters; ++i) {
      threads.emplace_back([&] {
        ++began;
        if (test.plugin().onnxWaitEvent(event) == ONNXIFI_STATUS_SUCCESS) {
          ++woken;
        }
      });
    }
    // All of them wait by now; in other rounds some come too late for it.
    if (round % 2 == 0) {
      while (began != kWaiters) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                   ONNXIFI_STATUS_SUCCESS, "an event that eight wait for");
    for (std::thread& thread : threads) thread.join();
    CERTIFY_CHECK(test, woken == kWaiters, "one signal wakes ", woken.load(),
                  " of 8 who wait");
  }
}

void OneSignallerWins(Test& test) {
  Session session(test);
  if (!NeedsThreads(test, session)) return;
  for (int round = 0; round < 20 && !test.failed(); ++round) {
    onnxEvent event = session.NewEvent();
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    std::atomic<int> first{0};
    std::atomic<int> later{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const onnxStatus status = test.plugin().onnxSignalEvent(event);
        if (status == ONNXIFI_STATUS_SUCCESS) ++first;
        if (status == ONNXIFI_STATUS_INVALID_STATE) ++later;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CERTIFY_CHECK(test, first == 1 && later == 7, "of 8 who signal ",
                  first.load(), " succeed and ", later.load(),
                  " get INVALID_STATE");
  }
}

// Of an event that nobody will ever signal.
void ReleaseWakesWaiters(Test& test) {
  Session session(test);
  if (!NeedsThreads(test, session)) return;
  onnxEvent event = session.NewEvent();
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  Waiter waiter(test.plugin(), event);
  while (!waiter.began()) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  session.DisownEvent(event);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event),
                 ONNXIFI_STATUS_SUCCESS, "an event somebody waits for");
  CERTIFY_STATUS(test, waiter.Join(), ONNXIFI_STATUS_INVALID_EVENT,
                 "the event was released during the wait");
}

}  // namespace

void AddEventTests(TestList* list) {
  const auto add = [list](const char* name, std::vector<std::string> ids,
                          void (*run)(Test&)) {
    list->Add(StrCat("event/", name), std::move(ids), run);
  };
  add("new_event_is_not_signalled", {"R-126", "R-137"},
      &NewEventIsNotSignalled);
  add("null_event", {"R-127"}, &NullEvent);
  add("null_state", {"R-134"}, &NullState);
  add("signalled_for_ever", {"R-130", "R-137", "R-138"}, &SignalledForEver);
  add("signalled_once", {"R-131"}, &SignalledOnce);
  add("output_event_is_signalled_once", {"R-131", "R-138"},
      &OutputEventIsSignalledOnce);
  add("released_in_both_states", {"R-133", "R-136", "R-140", "R-144", "R-146"},
      &ReleasedInBothStates);
  add("many_at_once", {"R-126"}, &ManyAtOnce);
  add("many_cycles", {"R-148"}, &ManyCycles);
  add("wait_blocks", {"R-141"}, &WaitBlocks);
  add("all_waiters_wake", {"R-142"}, &AllWaitersWake);
  add("one_signaller_wins", {"R-143"}, &OneSignallerWins);
  add("release_wakes_waiters", {"R-147"}, &ReleaseWakesWaiters);
}

}  // namespace onnxifi::conformance
