// onnxRunGraph: one run: section 7.9 of the checklist. Several runs are in
// run_order.cc.
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Fence = onnxMemoryFenceV1;

// A graph of the probe model that is bound to tensors.
struct Bound {
  explicit Bound(Session& session, float first = 1) : tensors({2, 3}, first) {
    const ProbeModel* probe = session.model();
    if (probe == nullptr) return;
    graph = session.NewGraph(probe->bytes);
    if (graph != nullptr && !session.Bind(graph, tensors)) graph = nullptr;
  }
  // The result of a run that has come to its end.
  void Check(Test& test, Session& session, std::string_view what) {
    const std::string wrong = tensors.Wrong(*session.model());
    CERTIFY_CHECK(test, wrong.empty(), what, ": ", wrong);
  }

  ProbeTensors tensors;
  onnxGraph graph = nullptr;
};

void WaitsForItsInput(Test& test) {
  Session session(test);
  Bound bound(session);
  onnxEvent gate = session.NewEvent();
  CERTIFY_REQUIRE(test, bound.graph != nullptr && gate != nullptr, "no graph");
  onnxEvent done = session.Start(bound.graph, gate);
  CERTIFY_REQUIRE(test, done != nullptr, "no run");
  CERTIFY_CHECK(test, done != gate, "the output event is the input event");
  // Whoever begins too early needs a moment for it; nobody fails who does not.
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  bool first = true;
  do {
    const TimedTurn turn(test, std::exchange(first, false));
    CERTIFY_CHECK(test, StateOf(test, gate) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                  "a run has signalled its input event");
    CERTIFY_CHECK(test, StateOf(test, done) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                  "a run is complete before its input event is signalled");
    CERTIFY_CHECK(test, bound.tensors.untouched(),
                  "an output was written before the input event is signalled");
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end && !test.failed());
  // Inputs are the client's until the signal.
  bound.tensors.Reset(77);
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "the input event");
  CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done),
                 ONNXIFI_STATUS_SUCCESS, "the output event");
  CERTIFY_CHECK(test, StateOf(test, done) == ONNXIFI_EVENT_STATE_SIGNALLED,
                "after a wait the event is not signalled");
  bound.Check(test, session, "inputs written before the signal");
}

void InputSignalledBefore(Test& test) {
  Session session(test);
  Bound bound(session);
  onnxEvent gate = session.NewSignalledEvent();
  CERTIFY_REQUIRE(test, bound.graph != nullptr && gate != nullptr, "no graph");
  for (int i = 0; i < 5; ++i) {
    bound.tensors.Reset(static_cast<float>(i));
    onnxEvent done = session.Start(bound.graph, gate);
    Finish(test, session, done, ONNXIFI_STATUS_SUCCESS,
           "the input event was signalled before");
    bound.Check(test, session, "the input event was signalled before");
  }
}

void OldOutputEventIsNotRead(Test& test) {
  Session session(test);
  Bound bound(session);
  onnxEvent mine = session.NewEvent();
  onnxEvent gate = session.NewSignalledEvent();
  CERTIFY_REQUIRE(test, bound.graph != nullptr && mine != nullptr, "no graph");
  for (onnxEvent preset :
       {static_cast<onnxEvent>(nullptr), mine, Preset(), Unreadable(), gate}) {
    const Fence from = EventFence(gate);
    Fence to = EventFence(preset);
    bound.tensors.Reset(3);
    CERTIFY_STATUS(test, test.plugin().onnxRunGraph(bound.graph, &from, &to),
                   ONNXIFI_STATUS_SUCCESS, "an old value in the output fence");
    CERTIFY_CHECK(test, to.event != nullptr && to.event != preset,
                  "the output fence has no new event");
    if (to.event == preset) continue;
    CERTIFY_CHECK(test,
                  to.tag == ONNXIFI_TAG_MEMORY_FENCE_V1 &&
                      to.type == ONNXIFI_SYNCHRONIZATION_EVENT,
                  "tag or type of the output fence have changed");
    Finish(test, session, to.event, ONNXIFI_STATUS_SUCCESS, "a run");
    bound.Check(test, session, "an old value in the output fence");
  }
  CERTIFY_CHECK(
      test, StateOf(test, mine) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
      "an event that happened to be in the output fence is signalled");
}

void FencesAreNotKept(Test& test) {
  Session session(test);
  Bound bound(session);
  onnxEvent gate = session.NewEvent();
  CERTIFY_REQUIRE(test, bound.graph != nullptr && gate != nullptr, "no graph");
  Fence from = EventFence(gate);
  Fence to = EventFence(nullptr);
  Fence before;
  std::memcpy(&before, &from, sizeof(from));
  CERTIFY_STATUS(test, test.plugin().onnxRunGraph(bound.graph, &from, &to),
                 ONNXIFI_STATUS_SUCCESS, "a run");
  CERTIFY_CHECK(test, std::memcmp(&from, &before, sizeof(from)) == 0,
                "the input fence has changed");
  onnxEvent done = to.event;
  std::memset(&from, 0xff, sizeof(from));
  std::memset(&to, 0xff, sizeof(to));
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "the input event");
  Finish(test, session, done, ONNXIFI_STATUS_SUCCESS, "fences overwritten");
  bound.Check(test, session, "fences overwritten after the call");
}

// The event comes after the whole output, not after a part of it.
void CompleteWhenSignalled(Test& test, bool poll) {
  constexpr int64_t kSide = 512;
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string model = MakeProbe(probe->op, {kSide, kSide});
  if (!NeedsModel(test, session, model, "a tensor of 1 MiB")) return;
  onnxGraph graph = session.NewGraph(model);
  ProbeTensors tensors({kSide, kSide}, 1);
  CERTIFY_REQUIRE(test, graph != nullptr && session.Bind(graph, tensors),
                  "no graph");
  for (int i = 0; i < 10 && !test.failed(); ++i) {
    tensors.Reset(static_cast<float>(i));
    onnxEvent done = session.Start(graph, session.NewSignalledEvent());
    CERTIFY_REQUIRE(test, done != nullptr, "no run");
    if (poll) {
      CERTIFY_REQUIRE(test, PollUntilSignalled(test.plugin(), done),
                      "nobody waits, and the run does not come to its end");
    } else {
      CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done),
                     ONNXIFI_STATUS_SUCCESS, "a run");
      CERTIFY_CHECK(test, StateOf(test, done) == ONNXIFI_EVENT_STATE_SIGNALLED,
                    "after a wait the event is not signalled");
    }
    const std::string wrong = tensors.Wrong(*probe);
    CERTIFY_CHECK(test, wrong.empty(), "when its event is signalled: ", wrong);
  }
}

void ManyRuns(Test& test) {
  Session session(test);
  Bound bound(session);
  CERTIFY_REQUIRE(test, bound.graph != nullptr, "no graph");
  for (int i = 0; i < 100 && !test.failed(); ++i) {
    bound.tensors.Reset(static_cast<float>(i) * 3);
    CERTIFY_REQUIRE(test, session.Run(bound.graph), "run ", i);
    bound.Check(test, session, "one of 100 runs");
  }
}

void InputEventOfAnotherBackend(Test& test) {
  Session session(test);
  Bound bound(session);
  onnxBackend other = session.NewBackend();
  CERTIFY_REQUIRE(test, bound.graph != nullptr && other != nullptr, "no graph");
  onnxEvent gate = nullptr;
  CERTIFY_STATUS(test, test.plugin().onnxInitEvent(other, &gate),
                 ONNXIFI_STATUS_SUCCESS, "an event of another backend");
  CERTIFY_REQUIRE(test, gate != nullptr, "no event");
  session.OwnEvent(gate);
  onnxEvent done = session.Start(bound.graph, gate);
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "an event of another backend");
  Finish(test, session, done, ONNXIFI_STATUS_SUCCESS,
         "behind an event of another backend");
  bound.Check(test, session, "behind an event of another backend");
}

void NeverBound(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  onnxGraph graph = session.NewGraph(probe->bytes);
  const Fence from = EventFence(session.NewSignalledEvent());
  Fence to = EventFence(Preset());
  CERTIFY_STATUS(test, test.plugin().onnxRunGraph(graph, &from, &to),
                 ONNXIFI_STATUS_UNIDENTIFIED_NAME, "never bound");
  CERTIFY_CHECK(test, to.event == Preset(), "the output fence has changed");
  CheckReason(test, session, "a run without a binding");
}

void InputEventIsNone(Test& test) {
  Session session(test);
  Bound bound(session);
  CERTIFY_REQUIRE(test, bound.graph != nullptr, "no graph");
  for (const NamedHandle& bad : NotLive(test, session, HandleKind::kEvent)) {
    const Fence from = EventFence(bad.value);
    Fence to = EventFence(Preset());
    CERTIFY_STATUS(test, test.plugin().onnxRunGraph(bound.graph, &from, &to),
                   ONNXIFI_STATUS_INVALID_EVENT, "input event: ", bad.what);
    CERTIFY_CHECK(test, to.event == Preset(),
                  "the output fence has changed: ", bad.what);
    CheckReason(test, session, bad.what);
  }
  CERTIFY_CHECK(test, bound.tensors.untouched(), "a refused run was executed");
}

struct BadFence {
  const char* name;
  onnxStatus status;
  const char* requirement;
  bool null_input;
  bool null_output;
  void (*spoil)(Fence& input, Fence& output);
  onnxStatus or_status = ONNXIFI_STATUS_SUCCESS;
};

void RefusesFence(Test& test, const BadFence& bad) {
  Session session(test);
  Bound bound(session);
  onnxEvent gate = session.NewSignalledEvent();
  CERTIFY_REQUIRE(test, bound.graph != nullptr && gate != nullptr, "no graph");
  const bool implicit =
      (session.InfoNumber(ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES, 0) &
       ONNXIFI_SYNCHRONIZATION_IMPLICIT) != 0;
  if (bad.status == ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE && implicit) {
    test.Unsupported("the backend offers this type of fence");
    return;
  }
  Fence from = EventFence(gate);
  Fence to = EventFence(Preset());
  bad.spoil(from, to);
  Fence before;
  std::memcpy(&before, &to, sizeof(to));
  const onnxStatus status =
      test.plugin().onnxRunGraph(bound.graph, bad.null_input ? nullptr : &from,
                                 bad.null_output ? nullptr : &to);
  CERTIFY_CHECK(
      test,
      status == bad.status ||
          (status == bad.or_status && bad.or_status != ONNXIFI_STATUS_SUCCESS),
      StatusText(status), ", not ", StatusText(bad.status), ": ", bad.name);
  CERTIFY_CHECK(test, std::memcmp(&to, &before, sizeof(to)) == 0,
                "the output fence has changed");
  CheckReason(test, session, bad.name);
  CERTIFY_CHECK(test, bound.tensors.untouched(), "a refused run was executed");
  // The refusal takes the binding from nobody.
  CERTIFY_REQUIRE(test, session.Run(bound.graph), "no run after a refusal");
  bound.Check(test, session, "after a refusal");
}

constexpr BadFence kBadFences[] = {
    {"input_null", ONNXIFI_STATUS_INVALID_POINTER, "R-222", true, false,
     [](Fence&, Fence&) {}},
    {"output_null", ONNXIFI_STATUS_INVALID_POINTER, "R-222", false, true,
     [](Fence&, Fence&) {}},
    {"both_null", ONNXIFI_STATUS_INVALID_POINTER, "R-222", true, true,
     [](Fence&, Fence&) {}},
    {"input_tag_zero", ONNXIFI_STATUS_UNSUPPORTED_TAG, "R-223", false, false,
     [](Fence& in, Fence&) { in.tag = 0; }},
    {"input_tag_of_a_tensor", ONNXIFI_STATUS_UNSUPPORTED_TAG, "R-223", false,
     false,
     [](Fence& in, Fence&) { in.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1; }},
    {"output_tag_zero", ONNXIFI_STATUS_UNSUPPORTED_TAG, "R-223", false, false,
     [](Fence&, Fence& out) { out.tag = 0; }},
    {"output_tag_other", ONNXIFI_STATUS_UNSUPPORTED_TAG, "R-223", false, false,
     [](Fence&, Fence& out) { out.tag = -1; }},
    {"input_type_99", ONNXIFI_STATUS_INVALID_FENCE_TYPE, "R-224", false, false,
     [](Fence& in, Fence&) { in.type = 99; }},
    {"input_type_unassigned", ONNXIFI_STATUS_INVALID_FENCE_TYPE, "R-224", false,
     false, [](Fence& in, Fence&) { in.type = 1; }},
    {"output_type_99", ONNXIFI_STATUS_INVALID_FENCE_TYPE, "R-224", false, false,
     [](Fence&, Fence& out) { out.type = 99; }},
    {"output_type_unassigned", ONNXIFI_STATUS_INVALID_FENCE_TYPE, "R-224",
     false, false, [](Fence&, Fence& out) { out.type = 1; }},
    {"input_type_of_a_vendor", ONNXIFI_STATUS_INVALID_FENCE_TYPE, "R-224",
     false, false, [](Fence& in, Fence&) { in.type = uint64_t{1} << 40; },
     ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE},
    {"output_type_of_a_vendor", ONNXIFI_STATUS_INVALID_FENCE_TYPE, "R-224",
     false, false, [](Fence&, Fence& out) { out.type = uint64_t{1} << 40; },
     ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE},
    {"input_implicit", ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE, "R-225", false,
     false,
     [](Fence& in, Fence&) { in.type = ONNXIFI_SYNCHRONIZATION_IMPLICIT; }},
    {"output_implicit", ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE, "R-225", false,
     false,
     [](Fence&, Fence& out) { out.type = ONNXIFI_SYNCHRONIZATION_IMPLICIT; }},
};

}  // namespace

void AddRunTests(TestList* list) {
  list->Add("run/waits_for_its_input",
            {"R-220", "R-229", "R-230", "R-232", "R-233"}, &WaitsForItsInput);
  list->Add("run/input_signalled_before", {"R-231", "R-242"},
            &InputSignalledBefore);
  list->Add("run/old_output_event_is_not_read", {"R-234", "R-235"},
            &OldOutputEventIsNotRead);
  list->Add("run/fences_are_not_kept", {"R-249"}, &FencesAreNotKept);
  list->Add("run/complete_after_a_wait", {"R-220", "R-237"},
            [](Test& test) { CompleteWhenSignalled(test, false); });
  list->Add("run/complete_when_seen_signalled", {"R-237"},
            [](Test& test) { CompleteWhenSignalled(test, true); });
  list->Add("run/many_runs", {"R-238"}, &ManyRuns);
  list->Add("run/input_event_of_another_backend", {"R-252"},
            &InputEventOfAnotherBackend);
  list->Add("run/never_bound", {"R-228", "R-236"}, &NeverBound);
  list->Add("run/input_event_is_none", {"R-226", "R-227", "R-236"},
            &InputEventIsNone);
  for (const BadFence& bad : kBadFences) {
    list->Add(StrCat("run/refuses_", bad.name), {bad.requirement, "R-236"},
              [&bad](Test& test) { RefusesFence(test, bad); });
  }
}

}  // namespace onnxifi::conformance
