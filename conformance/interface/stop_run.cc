// Interface 1.1: cancelling, and deadlines.
#include <thread>

#include "client/abi_value.h"
#include "conformance/interface/runs.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

onnxStartRunArguments Cancellable(RunClient& runs, onnxEvent cancel) {
  onnxStartRunArguments arguments = runs.Arguments();
  arguments.cancelEvent = cancel;
  return arguments;
}

void CancelledBeforeItIsAccepted(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent cancel = runs.session().NewSignalledEvent();
  for (const bool gated : {true, false}) {
    std::vector<onnxEvent> waits;
    if (gated) waits.push_back(runs.Gate());
    onnxEvent event = runs.Start(Cancellable(runs, cancel), waits);
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    runs.ExpectEnd(event, ONNXIFI_STATUS_CANCELLED,
                   "its cancel event was signalled before");
    // Every wait tells it.
    runs.ExpectEnd(event, ONNXIFI_STATUS_CANCELLED, "waited for again");
    runs.ExpectUntouched("the run was cancelled before it began");
  }
}

void CancelledWhileItWaits(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent cancel = runs.session().NewEvent();
  onnxEvent first = runs.Gate();
  onnxEvent second = runs.Gate();
  Told told;
  onnxStartRunArguments with = Cancellable(runs, cancel);
  with.done = &Told::Done;
  with.doneContext = &told;
  onnxEvent event = runs.Start(with, {first, second});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.Signal(first);
  CERTIFY_CHECK(test, runs.State(event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "a run whose gates are not all signalled has ended");
  runs.Signal(cancel);
  runs.ExpectEnd(event, ONNXIFI_STATUS_CANCELLED, "while it waits");
  CERTIFY_REQUIRE(test, told.Wait(), "`done` was not called in 20 seconds");
  CERTIFY_CHECK(test, told.status() == ONNXIFI_STATUS_CANCELLED,
                "`done` is told ", StatusText(told.status()));
  runs.Signal(second);
  runs.ExpectUntouched("the run was cancelled before it began");
  CERTIFY_CHECK(test, told.calls() == 1, "`done` was called ", told.calls(),
                " times");
}

// One event cancels many runs, and no other.
void OneEventCancelsMany(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent cancel = runs.session().NewEvent();
  onnxEvent gate = runs.Gate();
  std::vector<onnxEvent> stopped;
  for (int i = 0; i < 10; ++i) {
    stopped.push_back(runs.Start(Cancellable(runs, cancel), {gate}));
  }
  onnxEvent other = runs.Start(runs.Arguments(), {gate});
  CERTIFY_REQUIRE(test, other != nullptr, "no event");
  runs.Signal(cancel);
  for (onnxEvent event : stopped) {
    if (event == nullptr) continue;
    runs.ExpectEnd(event, ONNXIFI_STATUS_CANCELLED, "one of many");
  }
  CERTIFY_CHECK(test, runs.State(other) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "a run without a cancel event has ended");
  runs.Signal(gate);
  runs.ExpectEnd(other, ONNXIFI_STATUS_SUCCESS, "it was not cancelled");
  runs.ExpectRight("it was not cancelled");
}

void WhatIsDoneIsDone(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent cancel = runs.session().NewEvent();
  Told told;
  onnxStartRunArguments with = Cancellable(runs, cancel);
  with.deadlineNs = InMs(3600 * 1000);
  with.done = &Told::Done;
  with.doneContext = &told;
  onnxEvent event = runs.Start(with);
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "a deadline in an hour");
  CERTIFY_REQUIRE(test, told.Wait(), "`done` was not called in 20 seconds");
  runs.Signal(cancel);
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "cancelled after its end");
  CERTIFY_CHECK(test,
                told.calls() == 1 && told.status() == ONNXIFI_STATUS_SUCCESS,
                "`done` was called ", told.calls(), " times, last with ",
                StatusText(told.status()));
  runs.ExpectRight("cancelled after its end");
}

void AReleasedCancelEventCancelsNothing(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent cancel = runs.session().NewEvent();
  onnxEvent gate = runs.Gate();
  onnxEvent event = runs.Start(Cancellable(runs, cancel), {gate});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.session().DisownEvent(cancel);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(cancel),
                 ONNXIFI_STATUS_SUCCESS, "a cancel event");
  CERTIFY_CHECK(test, runs.State(event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "releasing a cancel event has ended the run");
  runs.Signal(gate);
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "its cancel event is gone");
  runs.ExpectRight("its cancel event is gone");
}

void DeadlinesThatHavePassed(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  for (const uint64_t deadline : {uint64_t{1}, NowNs() - 1}) {
    for (const bool gated : {false, true}) {
      std::vector<onnxEvent> waits;
      if (gated) waits.push_back(runs.Gate());
      onnxStartRunArguments with = runs.Arguments();
      with.deadlineNs = deadline;
      onnxEvent event = runs.Start(with, waits);
      CERTIFY_REQUIRE(test, event != nullptr,
                      "a deadline that has passed is no error of the call");
      runs.ExpectEnd(event, ONNXIFI_STATUS_DEADLINE_EXCEEDED,
                     "a deadline that has passed");
      runs.ExpectUntouched("its deadline had passed before it began");
    }
  }
}

void DeadlinesEndRunsThatWait(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxStartRunArguments with = runs.Arguments();
  with.deadlineNs = InMs(20);
  onnxEvent event = runs.Start(with, {runs.Gate()});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_DEADLINE_EXCEEDED, "in 20 ms");
  CERTIFY_CHECK(test, NowNs() >= with.deadlineNs,
                "the run has ended before its deadline");
  // Nobody waits for this one.
  Told told;
  onnxStartRunArguments telling = runs.Arguments(&told);
  telling.deadlineNs = InMs(20);
  CERTIFY_REQUIRE(test, runs.StartTold(telling, {runs.Gate()}), "no run");
  CERTIFY_REQUIRE(test, told.Wait(),
                  "`done` was not called 20 seconds after the deadline");
  CERTIFY_CHECK(test, told.status() == ONNXIFI_STATUS_DEADLINE_EXCEEDED,
                "`done` is told ", StatusText(told.status()));
  CERTIFY_CHECK(test, NowNs() >= telling.deadlineNs,
                "the run has ended before its deadline");
  runs.ExpectUntouched("no run has begun");
}

void DeadlinesInAnyOrder(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  constexpr size_t kRuns = 40;
  std::vector<Told> told(kRuns);
  onnxEvent gate = runs.Gate();
  const uint64_t far[] = {InMs(3600 * 1000), ~uint64_t{0}, 0};
  for (size_t i = 0; i < kRuns; ++i) {
    onnxStartRunArguments with = runs.Arguments(&told[i]);
    with.deadlineNs = i % 5 == 0 ? far[i / 5 % 3]
                                 : InMs(10 + static_cast<int64_t>(i * 17 % 40));
    CERTIFY_REQUIRE(test, runs.StartTold(with, {gate}), "no run");
  }
  for (size_t i = 0; i < kRuns; ++i) {
    if (i % 5 == 0) continue;
    CERTIFY_CHECK(test, told[i].Wait(), "run ", i, " was not told of");
    CERTIFY_CHECK(test, told[i].status() == ONNXIFI_STATUS_DEADLINE_EXCEEDED,
                  "run ", i, ": ", StatusText(told[i].status()));
  }
  runs.Signal(gate);
  for (size_t i = 0; i < kRuns; i += 5) {
    CERTIFY_CHECK(test, told[i].Wait(), "run ", i, " was not told of");
    CERTIFY_CHECK(test, told[i].status() == ONNXIFI_STATUS_SUCCESS, "run ", i,
                  " with a deadline far away: ", StatusText(told[i].status()));
  }
  for (const Told& one : told) {
    CERTIFY_CHECK(test, one.calls() == 1, "`done` was called ", one.calls(),
                  " times");
  }
  runs.ExpectRight("runs with deadlines far away");
}

// Functions of 1.0 know nothing of the two codes.
void CoreRunsBehindStoppedOnes(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent cancel = runs.session().NewEvent();
  onnxStartRunArguments late = runs.Arguments();
  late.deadlineNs = 1;
  onnxEvent cancelled = runs.Start(Cancellable(runs, cancel), {runs.Gate()});
  onnxEvent exceeded = runs.Start(late, {runs.Gate()});
  CERTIFY_REQUIRE(test, cancelled != nullptr && exceeded != nullptr,
                  "no event");
  onnxEvent core[] = {runs.session().Start(runs.graph(), cancelled),
                      runs.session().Start(runs.graph(), exceeded)};
  runs.Signal(cancel);
  runs.ExpectEnd(cancelled, ONNXIFI_STATUS_CANCELLED, "cancelled");
  runs.ExpectEnd(exceeded, ONNXIFI_STATUS_DEADLINE_EXCEEDED, "too late");
  for (onnxEvent event : core) {
    if (event == nullptr) continue;
    runs.ExpectEnd(event, ONNXIFI_STATUS_INTERNAL_ERROR,
                   "a run of onnxRunGraph behind a run that was stopped");
  }
  runs.ExpectUntouched("no run has begun");
}

// Signalled on another thread, at any time: the run ends in one of two ways.
void CancelledAtAnyTime(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  int cancelled = 0;
  for (int i = 0; i < 100; ++i) {
    onnxEvent cancel = runs.session().NewEvent();
    onnxEvent gate = runs.Gate();
    onnxEvent event = runs.Start(Cancellable(runs, cancel), {gate});
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    if (i % 2 == 0) runs.Signal(gate);
    runs.Signal(cancel);
    const onnxStatus status = test.plugin().onnxWaitEvent(event);
    const bool stopped = status == ONNXIFI_STATUS_CANCELLED;
    CERTIFY_CHECK(
        test, stopped || (i % 2 == 0 && status == ONNXIFI_STATUS_SUCCESS),
        "a run that is cancelled at once ends with ", StatusText(status));
    cancelled += stopped ? 1 : 0;
    if (!stopped) {
      const TimedTurn turn(test, false);
      runs.ExpectRight("too late to be cancelled");
    }
    runs.tensors().y.Poison();
    for (onnxEvent one : {event, cancel}) {
      runs.session().DisownEvent(one);
      CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(one),
                     ONNXIFI_STATUS_SUCCESS, "after its run");
    }
  }
  test.Show("cancelled of 100", cancelled);
}

// The middle of a long run, by its cancel event or its deadline.
void StoppedWhileItRuns(Test& test, bool by_deadline) {
  RunClient runs(test);
  if (!runs.ready()) return;
  const LongRun run(test, runs);
  if (!run.ready()) {
    if (!test.failed()) {
      runs.client().Unsupported("no run takes long enough to be stopped");
    }
    return;
  }
  const uint64_t full = run.duration_ns();
  onnxEvent cancel = runs.session().NewEvent();
  onnxStartRunArguments with = runs.Arguments();
  with.graph = run.graph();
  const uint64_t start = NowNs();
  if (by_deadline) {
    with.deadlineNs = start + full / 5;
  } else {
    with.cancelEvent = cancel;
  }
  onnxEvent event = runs.Start(with);
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  if (!by_deadline) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(full / 5));
    runs.Signal(cancel);
  }
  runs.ExpectEnd(
      event,
      by_deadline ? ONNXIFI_STATUS_DEADLINE_EXCEEDED : ONNXIFI_STATUS_CANCELLED,
      "stopped in its first fifth");
  // A figure, not a check: what else runs on this machine is not known.
  test.Show("ms of the run", static_cast<double>(full) / 1e6);
  test.Show("ms until it was stopped",
            static_cast<double>(NowNs() - start) / 1e6);
}

void CancelledWhileItRuns(Test& test) { StoppedWhileItRuns(test, false); }
void TooLateWhileItRuns(Test& test) { StoppedWhileItRuns(test, true); }

void RunsOnValues(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  Client11& client = runs.client();
  if (!client.Offers(client.table().runValues, "runValues")) return;
  const auto values = ListOf(FloatValue("x", {2, 3}, {1, 2, 3, 4, 5, 6}));
  const client::AbiValues abi(values);
  onnxEvent cancel = runs.session().NewEvent();
  const auto run = [&](uint64_t deadline, onnxEvent event) {
    Outputs outputs;
    auto arguments =
        Client11::RunArguments(runs.graph(), {abi.first(), 1}, &outputs);
    arguments.deadlineNs = deadline;
    arguments.cancelEvent = event;
    const onnxStatus status = client.table().runValues(&arguments);
    CERTIFY_CHECK(test, outputs.problem.empty(), outputs.problem);
    CERTIFY_CHECK(
        test, outputs.calls == (status == ONNXIFI_STATUS_SUCCESS ? 1 : 0),
        outputs.calls, " outputs of a call with ", StatusText(status));
    return status;
  };
  CERTIFY_CHECK(test, run(1, nullptr) == ONNXIFI_STATUS_DEADLINE_EXCEEDED,
                "runValues with a deadline that has passed");
  CERTIFY_CHECK(test, run(InMs(3600 * 1000), cancel) == ONNXIFI_STATUS_SUCCESS,
                "runValues with a deadline in an hour");
  runs.Signal(cancel);
  CERTIFY_CHECK(test, run(0, cancel) == ONNXIFI_STATUS_CANCELLED,
                "runValues whose cancel event was signalled before");
  CERTIFY_CHECK(test, run(~uint64_t{0}, nullptr) == ONNXIFI_STATUS_SUCCESS,
                "runValues with the largest deadline");
  CERTIFY_CHECK(test, run(0, nullptr) == ONNXIFI_STATUS_SUCCESS,
                "runValues after stopped calls");
}

}  // namespace

void AddStopRunTests(TestList* list) {
  const std::string at = "interface/stop_run/";
  list->profile = Profile::kAsync;
  list->Add(at + "cancelled_before", {"R-ext-44"},
            &CancelledBeforeItIsAccepted);
  list->Add(at + "cancelled_while_it_waits", {"R-ext-44", "R-ext-31"},
            &CancelledWhileItWaits);
  list->Add(at + "one_event_cancels_many", {"R-ext-44"}, &OneEventCancelsMany);
  list->Add(at + "what_is_done_is_done", {"R-ext-44"}, &WhatIsDoneIsDone);
  list->Add(at + "released_cancel_event", {"R-ext-44"},
            &AReleasedCancelEventCancelsNothing);
  list->Add(at + "deadlines_that_have_passed", {"R-ext-44"},
            &DeadlinesThatHavePassed);
  list->Add(at + "deadlines_end_runs_that_wait", {"R-ext-44"},
            &DeadlinesEndRunsThatWait);
  list->Add(at + "deadlines_in_any_order", {"R-ext-44"}, &DeadlinesInAnyOrder);
  list->Add(at + "core_runs_behind_stopped_ones", {"R-ext-30", "R-ext-43"},
            &CoreRunsBehindStoppedOnes);
  list->Add(at + "cancelled_at_any_time", {"R-ext-44"}, &CancelledAtAnyTime);
  list->Add(at + "cancelled_while_it_runs", {"R-ext-44"},
            &CancelledWhileItRuns);
  list->Add(at + "too_late_while_it_runs", {"R-ext-44"}, &TooLateWhileItRuns);
  list->Add(at + "runs_on_values", {"R-ext-44", "R-ext-19"}, &RunsOnValues);
}

}  // namespace onnxifi::conformance
