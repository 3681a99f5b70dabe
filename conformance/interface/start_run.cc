// Interface 1.1: how runs of startRun begin, and how their end is told.
#include <algorithm>
#include <thread>

#include "conformance/interface/runs.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// Time for a run to do what it must not; not needed by one that is right.
void LetItGoWrong() {
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
}

void BeginsAtOnce(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent event = runs.Start(runs.Arguments());
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "no wait events");
  runs.ExpectRight("no wait events");
  CERTIFY_CHECK(test, runs.State(event) == ONNXIFI_EVENT_STATE_SIGNALLED,
                "the event of a run that has ended");
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event),
                 ONNXIFI_STATUS_INVALID_STATE, "the run has signalled it");
}

void WaitsForAllEvents(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  for (const size_t count : {1, 2, 3, 7, 100}) {
    std::vector<onnxEvent> waits;
    for (size_t i = 0; i < count; ++i) waits.push_back(runs.Gate());
    onnxEvent event = runs.Start(runs.Arguments(), waits);
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    std::vector<onnxEvent> order = waits;
    std::shuffle(order.begin(), order.end(), test.random());
    for (size_t i = 0; i < count; ++i) {
      if (i + 1 == count) LetItGoWrong();
      CERTIFY_CHECK(test, runs.State(event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                    "the run has ended when ", i, " of ", count,
                    " wait events were signalled");
      runs.ExpectUntouched("a wait event is not signalled");
      runs.Signal(order[i]);
    }
    runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "all are signalled");
    runs.ExpectRight("all wait events are signalled");
  }
}

void EventsThatAreSignalledAlready(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent gate = runs.Gate();
  onnxEvent before = runs.session().NewSignalledEvent();
  // One of them several times.
  onnxEvent event = runs.Start(runs.Arguments(), {gate, before, gate, gate});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  LetItGoWrong();
  CERTIFY_CHECK(test, runs.State(event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "a run behind an event that is not signalled");
  runs.Signal(gate);
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "one event several times");
  runs.ExpectRight("one event several times");
  event = runs.Start(runs.Arguments(), {before, before, gate});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "all signalled before");
  runs.ExpectRight("all signalled before");
}

// Output events of runs of both kinds gate runs of both kinds.
void RunsGateRuns(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent gate = runs.Gate();
  onnxEvent first = runs.Start(runs.Arguments(), {gate});
  onnxEvent core = runs.session().Start(runs.graph(), first);
  onnxEvent last = runs.Start(runs.Arguments(), {first, core, gate});
  CERTIFY_REQUIRE(test, first != nullptr && core != nullptr && last != nullptr,
                  "no event");
  LetItGoWrong();
  for (onnxEvent event : {first, core, last}) {
    CERTIFY_CHECK(test, runs.State(event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                  "a run behind a run that has not begun");
  }
  runs.Signal(gate);
  for (onnxEvent event : {last, core, first}) {
    runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "runs behind runs");
  }
  runs.ExpectRight("three runs");
}

void FailedRunsFailWhatTheyGate(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  // A run that fails: its wait event is released unsignalled.
  onnxEvent gone = runs.session().NewEvent();
  onnxEvent other = runs.Gate();
  onnxEvent failing = runs.Start(runs.Arguments(), {gone});
  onnxEvent behind = runs.Start(runs.Arguments(), {failing});
  Told told;
  CERTIFY_REQUIRE(test, failing != nullptr && behind != nullptr, "no event");
  CERTIFY_REQUIRE(test, runs.StartTold(runs.Arguments(&told), {other, failing}),
                  "no run");
  runs.session().DisownEvent(gone);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(gone),
                 ONNXIFI_STATUS_SUCCESS, "a wait event");
  runs.ExpectEnd(failing, ONNXIFI_STATUS_INTERNAL_ERROR,
                 "its wait event was released unsignalled");
  runs.ExpectEnd(behind, ONNXIFI_STATUS_INTERNAL_ERROR,
                 "it waits for a run that failed");
  runs.Signal(other);
  CERTIFY_REQUIRE(test, told.Wait(), "`done` was not called in 20 seconds");
  CERTIFY_CHECK(test, told.status() == ONNXIFI_STATUS_INTERNAL_ERROR,
                "a run behind a failed one ends with ",
                StatusText(told.status()));
  runs.ExpectUntouched("all runs have failed");
  // One that has failed before.
  onnxEvent late = runs.Start(runs.Arguments(), {other, failing});
  CERTIFY_REQUIRE(test, late != nullptr, "no event");
  runs.ExpectEnd(late, ONNXIFI_STATUS_INTERNAL_ERROR,
                 "it waits for a run that failed before");
  runs.ExpectUntouched("all runs have failed");
  onnxEvent good = runs.Start(runs.Arguments(), {other});
  CERTIFY_REQUIRE(test, good != nullptr, "no event");
  runs.ExpectEnd(good, ONNXIFI_STATUS_SUCCESS, "a good run after all");
  runs.ExpectRight("a good run after all");
}

void EventsOfAnotherBackend(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxBackend other = runs.session().NewBackend();
  CERTIFY_REQUIRE(test, other != nullptr, "no backend");
  onnxEvent gate = nullptr;
  CERTIFY_STATUS(test, test.plugin().onnxInitEvent(other, &gate),
                 ONNXIFI_STATUS_SUCCESS, runs.client().LastError());
  CERTIFY_REQUIRE(test, gate != nullptr, "no event");
  runs.session().OwnEvent(gate);
  onnxEvent event = runs.Start(runs.Arguments(), {gate});
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.Signal(gate);
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "an event of another backend");
  runs.ExpectRight("an event of another backend");
}

// A run that waits holds nothing back.
void GatedRunsHoldNothingBack(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxEvent gate = runs.Gate();
  onnxEvent gated = runs.Start(runs.Arguments(), {gate});
  onnxEvent free = runs.Start(runs.Arguments());
  CERTIFY_REQUIRE(test, gated != nullptr && free != nullptr, "no event");
  runs.ExpectEnd(free, ONNXIFI_STATUS_SUCCESS, "behind a run that waits");
  runs.ExpectRight("behind a run that waits");
  CERTIFY_CHECK(test, runs.State(gated) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "a run whose gate is not signalled has ended");
  runs.Signal(gate);
  runs.ExpectEnd(gated, ONNXIFI_STATUS_SUCCESS, "its gate was signalled");
  runs.ExpectRight("its gate was signalled");
}

// Descriptors are for one run: the binding is neither used nor changed.
void DescriptorsAreForOneRun(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  ProbeTensors own({2, 3}, 20);
  uint64_t shape[] = {2, 3};
  auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape, own.x.bytes().data());
  auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape, own.y.bytes().data());
  onnxEvent gate = runs.Gate();
  onnxStartRunArguments with = runs.Arguments();
  with.inputsCount = with.outputsCount = 1;
  with.inputDescriptors = &x;
  with.outputDescriptors = &y;
  onnxEvent event = runs.Start(with, {gate});
  onnxEvent bound = runs.Start(runs.Arguments(), {gate});
  CERTIFY_REQUIRE(test, event != nullptr && bound != nullptr, "no event");
  // They were read during the call.
  shape[0] = shape[1] = 77;
  x = y = {};
  runs.Signal(gate);
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "a run with descriptors");
  runs.ExpectEnd(bound, ONNXIFI_STATUS_SUCCESS, "a run without");
  CERTIFY_CHECK(test, own.Wrong(runs.model()).empty(), own.Wrong(runs.model()));
  runs.ExpectRight("the binding is as it was");
  // A graph that has no binding at all.
  onnxGraph graph = runs.session().NewGraph(runs.model().bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  onnxStartRunArguments unbound = runs.Arguments();
  unbound.graph = graph;
  CERTIFY_CHECK(
      test,
      runs.Refused(unbound, "no binding") == ONNXIFI_STATUS_UNIDENTIFIED_NAME,
      "startRun without descriptors on a graph without a binding");
  shape[0] = 2;
  shape[1] = 3;
  x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape, own.x.bytes().data());
  y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape, own.y.bytes().data());
  own.Reset(30);
  unbound.inputsCount = unbound.outputsCount = 1;
  unbound.inputDescriptors = &x;
  unbound.outputDescriptors = &y;
  event = runs.Start(unbound);
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "descriptors alone");
  CERTIFY_CHECK(test, own.Wrong(runs.model()).empty(), own.Wrong(runs.model()));
  unbound.inputsCount = unbound.outputsCount = 0;
  unbound.inputDescriptors = unbound.outputDescriptors = nullptr;
  CERTIFY_CHECK(
      test,
      runs.Refused(unbound, "no binding") == ONNXIFI_STATUS_UNIDENTIFIED_NAME,
      "a run with descriptors has made a binding");
}

// Bad ones refuse the run, and leave the binding alone.
void BadDescriptors(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  const uint64_t shape[] = {2, 3};
  const uint64_t turned[] = {3, 2};
  const uint64_t zero[] = {2, 0};
  using D = onnxTensorDescriptorV1;
  const D good_x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape,
                            runs.tensors().x.bytes().data());
  const D good_y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape,
                            runs.tensors().y.bytes().data());
  const struct {
    const char* what;
    onnxStatus wanted;
    std::function<void(D&)> spoil;
  } kRows[] = {
      {"a wrong tag", ONNXIFI_STATUS_UNSUPPORTED_TAG, [](D& d) { d.tag = 0; }},
      {"no name", ONNXIFI_STATUS_INVALID_NAME, [](D& d) { d.name = nullptr; }},
      {"an unknown name", ONNXIFI_STATUS_INVALID_NAME,
       [](D& d) { d.name = "nobody"; }},
      {"a dimension of 0", ONNXIFI_STATUS_INVALID_SHAPE,
       [&](D& d) { d.shape = zero; }},
      {"no shape", ONNXIFI_STATUS_INVALID_SHAPE,
       [](D& d) { d.shape = nullptr; }},
      {"an unknown type", ONNXIFI_STATUS_INVALID_DATATYPE,
       [](D& d) { d.dataType = 1000; }},
      {"another type", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
       [](D& d) { d.dataType = ONNXIFI_DATATYPE_INT32; }},
      {"an unknown memory type", ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
       [](D& d) { d.memoryType = onnxEnum{1} << 40; }},
      {"address 0", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
       [](D& d) { d.buffer = 0; }},
      {"another shape", ONNXIFI_STATUS_MISMATCHING_SHAPE,
       [&](D& d) { d.shape = turned; }}};
  for (const bool input : {true, false}) {
    for (const auto& row : kRows) {
      D x = good_x;
      D y = good_y;
      row.spoil(input ? x : y);
      onnxStartRunArguments run = runs.Arguments();
      run.inputsCount = run.outputsCount = 1;
      run.inputDescriptors = &x;
      run.outputDescriptors = &y;
      const onnxStatus status = runs.Refused(run, row.what);
      CERTIFY_CHECK(test, status == row.wanted, "startRun with ", row.what,
                    input ? " of an input: " : " of an output: ",
                    StatusText(status), ", not ", StatusText(row.wanted));
    }
  }
  onnxStartRunArguments run = runs.Arguments();
  run.inputsCount = run.outputsCount = 1;
  run.outputDescriptors = &good_y;
  CERTIFY_CHECK(test,
                runs.Refused(run, "inputDescriptors == NULL") ==
                    ONNXIFI_STATUS_INVALID_POINTER,
                "inputDescriptors == NULL and inputsCount == 1");
  run.inputDescriptors = &good_x;
  run.outputDescriptors = nullptr;
  CERTIFY_CHECK(test,
                runs.Refused(run, "outputDescriptors == NULL") ==
                    ONNXIFI_STATUS_INVALID_POINTER,
                "outputDescriptors == NULL");
  run.outputDescriptors = &good_y;
  run.inputsCount = 0;
  CERTIFY_CHECK(test,
                runs.Refused(run, "an input is missing") ==
                    ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                "an input without a descriptor");
  runs.ExpectUntouched("no run was accepted");
  onnxEvent event = runs.Start(runs.Arguments());
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "the binding is still there");
  runs.ExpectRight("the binding is still there");
}

void DoneComesOnceAndAfterTheEvent(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  for (const uint64_t id : {uint64_t{4711}, ~uint64_t{0}, uint64_t{0}}) {
    onnxEvent gate = runs.Gate();
    Told told;
    onnxStartRunArguments arguments = runs.Arguments(&told);
    arguments.correlationId = id;
    onnxEvent event = nullptr;
    onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
    bool right = false;
    told.then = [&] {
      Ignore(test.plugin().onnxGetEventState(event, &state));
      right = runs.tensors().Wrong(runs.model()).empty();
    };
    event = runs.Start(arguments, {gate});
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    LetItGoWrong();
    CERTIFY_CHECK(test, told.calls() == 0, "`done` before the run began");
    runs.Signal(gate);
    CERTIFY_REQUIRE(test, told.Wait(), "`done` was not called in 20 seconds");
    CERTIFY_CHECK(test, state == ONNXIFI_EVENT_STATE_SIGNALLED,
                  "`done` is called before the event is signalled");
    CERTIFY_CHECK(test, right, "`done` is called before the output is there");
    CERTIFY_CHECK(test, told.status() == ONNXIFI_STATUS_SUCCESS,
                  "`done` is told ", StatusText(told.status()));
    CERTIFY_CHECK(test, told.id() == id, "`done` is told of run ", told.id(),
                  ", not ", id);
    runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "told and waited for");
    LetItGoWrong();
    CERTIFY_CHECK(test, told.calls() == 1, "`done` was called ", told.calls(),
                  " times");
    runs.ExpectRight("a run that is told");
  }
}

void DoneWithoutAnEvent(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  for (int i = 0; i < 20; ++i) {
    onnxEvent gate = runs.Gate();
    Told told;
    CERTIFY_REQUIRE(test, runs.StartTold(runs.Arguments(&told), {gate}),
                    "no run");
    CERTIFY_CHECK(test, told.calls() == 0, "`done` before the run began");
    runs.Signal(gate);
    CERTIFY_REQUIRE(test, told.Wait(), "`done` was not called in 20 seconds");
    CERTIFY_CHECK(test, told.status() == ONNXIFI_STATUS_SUCCESS,
                  "`done` is told ", StatusText(told.status()));
    runs.ExpectRight("a run without an event");
  }
}

// It may call the library: here it starts the next run.
void DoneMayStartTheNextRun(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  constexpr size_t kRuns = 20;
  std::vector<Told> told(kRuns);
  std::vector<onnxStatus> started(kRuns, ONNXIFI_STATUS_SUCCESS);
  for (size_t i = 0; i + 1 < kRuns; ++i) {
    told[i].then = [&, i] {
      const onnxStartRunArguments next = runs.Arguments(&told[i + 1]);
      started[i] = runs.client().table().startRun(&next);
    };
  }
  CERTIFY_REQUIRE(test, runs.StartTold(runs.Arguments(&told[0])), "no run");
  for (size_t i = 0; i < kRuns; ++i) {
    CERTIFY_REQUIRE(test, told[i].Wait(), "run ", i,
                    " was not told of in 20 seconds");
    CERTIFY_CHECK(test, told[i].status() == ONNXIFI_STATUS_SUCCESS, "run ", i,
                  ": ", StatusText(told[i].status()));
    CERTIFY_CHECK(test, started[i] == ONNXIFI_STATUS_SUCCESS,
                  "startRun inside `done`: ", StatusText(started[i]));
  }
  runs.ExpectRight("the last run");
}

void BadArguments(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  using A = onnxStartRunArguments;
  const auto expect = [&](const char* what, onnxStatus wanted, auto spoil) {
    A arguments = runs.Arguments();
    spoil(arguments);
    const onnxStatus status = runs.Refused(arguments, what);
    CERTIFY_CHECK(test, status == wanted, "startRun returns ",
                  StatusText(status), ", not ", StatusText(wanted), ": ", what);
  };
  onnxEvent released = runs.session().NewEvent();
  onnxEvent live = runs.Gate();
  runs.session().DisownEvent(released);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(released),
                 ONNXIFI_STATUS_SUCCESS, "an event");
  std::vector<NoHandle> events(NoHandles().begin(), NoHandles().end());
  events.push_back({"a released event", released});
  events.push_back({"a graph", runs.graph()});
  for (const NoHandle& none : events) {
    for (const size_t at : {size_t{0}, size_t{1}, size_t{2}}) {
      onnxEvent waits[] = {live, live, live};
      waits[at] = none.value;
      expect(none.what, ONNXIFI_STATUS_INVALID_EVENT, [&](A& a) {
        a.waitCount = 3;
        a.waitEvents = waits;
      });
    }
    if (none.value != nullptr) {
      expect(none.what, ONNXIFI_STATUS_INVALID_EVENT,
             [&](A& a) { a.cancelEvent = none.value; });
    }
  }
  for (const NoHandle& none : NoHandles()) {
    expect(none.what, ONNXIFI_STATUS_INVALID_GRAPH,
           [&](A& a) { a.graph = none.value; });
  }
  expect("the graph is an event", ONNXIFI_STATUS_INVALID_GRAPH,
         [&](A& a) { a.graph = live; });
  expect("waitEvents == NULL", ONNXIFI_STATUS_INVALID_POINTER,
         [](A& a) { a.waitCount = 1; });
  A nobody = runs.Arguments();
  CERTIFY_STATUS(test, runs.client().table().startRun(&nobody),
                 ONNXIFI_STATUS_INVALID_POINTER, "event and done == NULL");
  // The array of no events is not looked at.
  A none = runs.Arguments();
  none.waitEvents = reinterpret_cast<const onnxEvent*>(uintptr_t{8});
  onnxEvent event = nullptr;
  none.event = &event;
  CERTIFY_STATUS(test, runs.client().table().startRun(&none),
                 ONNXIFI_STATUS_SUCCESS, "waitCount == 0");
  CERTIFY_REQUIRE(test, event != nullptr, "no event");
  runs.session().OwnEvent(event);
  runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "after refused calls");
  runs.ExpectRight("after refused calls");
}

void ReleasedGraphsStartNothing(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  onnxGraph graph = runs.session().NewGraph(runs.model().bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  runs.session().DisownGraph(graph);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                 ONNXIFI_STATUS_SUCCESS, "a graph");
  onnxStartRunArguments arguments = runs.Arguments();
  arguments.graph = graph;
  const onnxStatus status = runs.Refused(arguments, "a released graph");
  CERTIFY_CHECK(test, status == ONNXIFI_STATUS_INVALID_GRAPH,
                "startRun of a released graph: ", StatusText(status));
}

// Releasing the graph waits for the runs; their events stay.
void ReleaseWaitsForRuns(Test& test) {
  RunClient runs(test);
  if (!runs.ready()) return;
  ProbeTensors tensors({2, 3}, 5);
  onnxGraph graph = runs.session().NewGraph(runs.model().bytes);
  CERTIFY_REQUIRE(test, graph != nullptr && runs.session().Bind(graph, tensors),
                  "no graph");
  std::vector<onnxEvent> events;
  onnxStartRunArguments arguments = runs.Arguments();
  arguments.graph = graph;
  for (int i = 0; i < 10; ++i) events.push_back(runs.Start(arguments));
  runs.session().DisownGraph(graph);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                 ONNXIFI_STATUS_SUCCESS, "a graph with runs");
  for (onnxEvent event : events) {
    if (event == nullptr) continue;
    CERTIFY_CHECK(test, runs.State(event) == ONNXIFI_EVENT_STATE_SIGNALLED,
                  "the graph is released, and a run of it goes on");
    runs.ExpectEnd(event, ONNXIFI_STATUS_SUCCESS, "its graph is released");
  }
  CERTIFY_CHECK(test, tensors.Wrong(runs.model()).empty(),
                tensors.Wrong(runs.model()));
}

}  // namespace

void AddStartRunTests(TestList* list) {
  const std::string at = "interface/start_run/";
  list->profile = Profile::kAsync;
  list->Add(at + "begins_at_once", {"R-ext-43"}, &BeginsAtOnce);
  list->Add(at + "waits_for_all_events", {"R-ext-43"}, &WaitsForAllEvents);
  list->Add(at + "events_signalled_before", {"R-ext-43"},
            &EventsThatAreSignalledAlready);
  list->Add(at + "runs_gate_runs", {"R-ext-43", "R-295"}, &RunsGateRuns);
  list->Add(at + "failed_runs_fail_what_they_gate", {"R-ext-43"},
            &FailedRunsFailWhatTheyGate);
  list->Add(at + "events_of_another_backend", {"R-252"},
            &EventsOfAnotherBackend);
  list->Add(at + "gated_runs_hold_nothing_back", {"R-240"},
            &GatedRunsHoldNothingBack);
  list->Add(at + "descriptors_are_for_one_run", {"R-ext-42"},
            &DescriptorsAreForOneRun);
  list->Add(at + "bad_descriptors", {"R-ext-42"}, &BadDescriptors);
  list->Add(at + "done_once_and_after_the_event", {"R-ext-31"},
            &DoneComesOnceAndAfterTheEvent);
  list->Add(at + "done_without_an_event", {"R-ext-31"}, &DoneWithoutAnEvent);
  list->Add(at + "done_may_start_the_next_run", {"R-ext-31"},
            &DoneMayStartTheNextRun);
  list->Add(at + "bad_arguments", {"R-ext-43"}, &BadArguments);
  list->Add(at + "released_graphs", {"R-180"}, &ReleasedGraphsStartNothing);
  list->Add(at + "release_waits_for_runs", {"R-181", "R-182"},
            &ReleaseWaitsForRuns);
}

}  // namespace onnxifi::conformance
