// Which memory a run uses, and what it does with it: sections 7.8 and 7.9 of the
// checklist.
#include <cstring>

#include "conformance/api/api_kit.h"
#include "conformance/api/pair_graph.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Descriptor = onnxTensorDescriptorV1;
using Guard = GuardedBuffer::Guard;

void CheckResult(Test& test, Session& session, const ProbeTensors& tensors,
                 std::string_view what) {
  const std::string wrong = tensors.Wrong(*session.model());
  CERTIFY_CHECK(test, wrong.empty(), what, ": ", wrong);
}

// A graph of the probe model; NULL: the test has failed.
onnxGraph NewProbe(Session& session) {
  const ProbeModel* probe = session.model();
  return probe == nullptr ? nullptr : session.NewGraph(probe->bytes);
}

void AcceptedRunKeepsItsBinding(Test& test) {
  Session session(test);
  onnxGraph graph = NewProbe(session);
  onnxEvent gate = session.NewEvent();
  CERTIFY_REQUIRE(test, graph != nullptr && gate != nullptr, "no graph");
  ProbeTensors first({2, 3}, 1);
  ProbeTensors second({2, 3}, 40);
  CERTIFY_REQUIRE(test, session.Bind(graph, first), "not bound");
  onnxEvent done = session.Start(graph, gate);
  CERTIFY_REQUIRE(test, done != nullptr && session.Bind(graph, second),
                  "a graph is bound again while a run waits");
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "the input event");
  Finish(test, session, done, ONNXIFI_STATUS_SUCCESS, "bound before");
  CheckResult(test, session, first, "a run accepted before the new binding");
  CERTIFY_CHECK(
      test, second.untouched(),
      "a run has written where it was not bound when it was accepted");
  CERTIFY_REQUIRE(test, session.Run(graph), "no run");
  CheckResult(test, session, second, "a run accepted after the new binding");
}

// Each of several accepted runs has its own.
void ManyBindingsInFlight(Test& test) {
  Session session(test);
  onnxGraph graph = NewProbe(session);
  onnxEvent gate = session.NewEvent();
  CERTIFY_REQUIRE(test, graph != nullptr && gate != nullptr, "no graph");
  std::vector<ProbeTensors> all;
  std::vector<onnxEvent> done;
  for (int i = 0; i < 8; ++i) {
    all.emplace_back(std::vector<uint64_t>{2, 3}, static_cast<float>(9 * i));
    CERTIFY_REQUIRE(test, session.Bind(graph, all.back()), "binding ", i);
    done.push_back(session.Start(graph, gate));
    CERTIFY_REQUIRE(test, done.back() != nullptr, "run ", i);
  }
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "the input event of all");
  for (size_t i = done.size(); i-- > 0;) {
    Finish(test, session, done[i], ONNXIFI_STATUS_SUCCESS, "one of eight");
    CheckResult(test, session, all[i], "one of eight runs in flight");
  }
}

void FailedRebindingLeavesAcceptedRuns(Test& test) {
  Session session(test);
  PairGraph pair(test, session);
  onnxEvent gate = session.NewEvent();
  CERTIFY_REQUIRE(test, pair.ready() && gate != nullptr, "no graph");
  CERTIFY_STATUS(test, pair.Bind(pair.Good()), ONNXIFI_STATUS_SUCCESS,
                 "a right call");
  onnxEvent done = session.Start(pair.graph(), gate);
  IoCall bad = pair.Good();
  bad.inputs.pop_back();
  CERTIFY_STATUS(test, pair.Bind(bad), ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                 "an input is missing");
  CERTIFY_STATUS(test, pair.RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                 "there is no binding");
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "the input event");
  Finish(test, session, done, ONNXIFI_STATUS_SUCCESS,
         "accepted before the call that failed");
  pair.CheckResults("a run accepted before the call that failed");
}

void OneBufferForTwoInputs(Test& test) {
  Session session(test);
  PairGraph pair(test, session);
  CERTIFY_REQUIRE(test, pair.ready(), "no graph");
  ProbeTensors shared({2, 3}, 11);
  CERTIFY_REQUIRE(test, shared.x.MakeReadOnly().ok(), "no read-only memory");
  IoCall call = pair.Good();
  for (Descriptor& input : call.inputs) {
    input.buffer = reinterpret_cast<onnxPointer>(shared.x.bytes().data());
  }
  call.outputs[0].buffer =
      reinterpret_cast<onnxPointer>(shared.y.bytes().data());
  CERTIFY_STATUS(test, pair.Bind(call), ONNXIFI_STATUS_SUCCESS,
                 "both inputs lie in one buffer");
  CERTIFY_STATUS(test, pair.RunBound(), ONNXIFI_STATUS_SUCCESS,
                 "both inputs lie in one buffer");
  CheckResult(test, session, shared, "both inputs in one buffer");
  CERTIFY_CHECK(
      test,
      std::memcmp(shared.y.bytes().data(), pair.w_to_z().y.bytes().data(),
                  shared.y.bytes().size()) == 0,
      "two outputs of equal inputs differ");
}

// A run of one shape with input and output at the edge of the memory that may
// be touched, the input in pages that cannot be written.
void RunAtTheEdge(Test& test, Session& session, onnxGraph graph,
                  const std::vector<uint64_t>& shape, Guard guard) {
  ProbeTensors tensors(shape, 1);
  Result<GuardedBuffer> in =
      GuardedBuffer::Make(tensors.x.bytes().size(), guard);
  Result<GuardedBuffer> out =
      GuardedBuffer::Make(tensors.y.bytes().size(), guard);
  CERTIFY_REQUIRE(test, in.ok() && out.ok(), "no memory");
  std::memcpy(in->bytes().data(), tensors.x.bytes().data(),
              tensors.x.bytes().size());
  tensors.x = std::move(in.value());
  tensors.y = std::move(out.value());
  CERTIFY_REQUIRE(test, tensors.x.MakeReadOnly().ok(), "no read-only memory");
  for (int i = 0; i < 3; ++i) {
    tensors.y.Poison();
    CERTIFY_REQUIRE(test, session.Bind(graph, tensors) && session.Run(graph),
                    "no run");
    CheckResult(test, session, tensors,
                guard == Guard::kBehind ? "memory ends behind the tensors"
                                        : "memory begins with the tensors");
  }
}

void NothingAroundTheTensors(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  for (const std::vector<uint64_t>& shape : {std::vector<uint64_t>{1},
                                             {3},
                                             {2, 3},
                                             {17},
                                             {5, 7, 3},
                                             {1021},
                                             {64, 64},
                                             {1, 1, 1, 333}}) {
    const std::string model =
        MakeProbe(probe->op, {shape.begin(), shape.end()});
    if (!NeedsModel(test, session, model, "a tensor of another shape")) return;
    onnxGraph graph = session.NewGraph(model);
    CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
    for (const Guard guard : {Guard::kBehind, Guard::kInFront}) {
      RunAtTheEdge(test, session, graph, shape, guard);
    }
    session.DisownGraph(graph);
    CERTIFY_STATUS(test, session.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "a graph");
  }
}

void AnyAlignment(Test& test) {
  Session session(test);
  onnxGraph graph = NewProbe(session);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  ProbeTensors plain({2, 3}, 4);
  const size_t size = plain.x.bytes().size();
  for (size_t offset = 1; offset <= 16; ++offset) {
    Result<GuardedBuffer> in = GuardedBuffer::Make(size + offset);
    Result<GuardedBuffer> out = GuardedBuffer::Make(size + 16);
    CERTIFY_REQUIRE(test, in.ok() && out.ok(), "no memory");
    std::memcpy(in->bytes().data() + offset, plain.x.bytes().data(), size);
    const Descriptor x = SixFloats("x", in->bytes().data() + offset);
    const Descriptor y = SixFloats("y", out->bytes().data() + 16 - offset);
    CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y),
                   ONNXIFI_STATUS_SUCCESS, "addresses that are not aligned");
    CERTIFY_REQUIRE(test, session.Run(graph), "no run");
    std::memcpy(plain.y.bytes().data(), out->bytes().data() + 16 - offset,
                size);
    CheckResult(test, session, plain, "tensors that are not aligned");
    for (size_t i = 0; i < size + 16; ++i) {
      const bool inside = i >= 16 - offset && i < size + 16 - offset;
      CERTIFY_CHECK(test,
                    inside || out->bytes()[i] == GuardedBuffer::PoisonAt(i),
                    "a byte beside the output has changed");
    }
  }
}

void AlternatingBindings(Test& test) {
  Session session(test);
  onnxGraph graph = NewProbe(session);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  ProbeTensors first({2, 3}, 1);
  ProbeTensors second({2, 3}, 500);
  for (int i = 0; i < 20 && !test.failed(); ++i) {
    ProbeTensors& now = i % 2 == 0 ? first : second;
    ProbeTensors& other = i % 2 == 0 ? second : first;
    now.Reset(static_cast<float>(i));
    other.y.Poison();
    CERTIFY_REQUIRE(test, session.Bind(graph, now) && session.Run(graph),
                    "no run");
    CheckResult(test, session, now, "one of two bindings in turn");
    CERTIFY_CHECK(test, other.untouched(), "the other binding was used");
  }
}

// Memory of a binding that was replaced belongs to the client again.
void ReplacedMemoryIsNotTouched(Test& test) {
  Session session(test);
  onnxGraph graph = NewProbe(session);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  ProbeTensors last({2, 3}, 2);
  {
    ProbeTensors gone({2, 3}, 1);
    CERTIFY_REQUIRE(test, session.Bind(graph, gone) && session.Run(graph),
                    "no run");
    CERTIFY_REQUIRE(test, session.Bind(graph, last), "not bound");
  }
  for (int i = 0; i < 10; ++i) {
    last.Reset(static_cast<float>(i));
    CERTIFY_REQUIRE(test, session.Run(graph), "no run");
    CheckResult(test, session, last, "after old memory was given back");
  }
}

}  // namespace

void AddBindingTests(TestList* list) {
  list->Add("binding/accepted_run_keeps_its_binding", {"R-212", "R-213"},
            &AcceptedRunKeepsItsBinding);
  list->Add("binding/many_bindings_in_flight", {"R-212", "R-241"},
            &ManyBindingsInFlight);
  list->Add("binding/failed_rebinding_leaves_accepted_runs", {"R-214"},
            &FailedRebindingLeavesAcceptedRuns);
  list->Add("binding/one_buffer_for_two_inputs", {"R-217"},
            &OneBufferForTwoInputs);
  list->Add("binding/nothing_around_the_tensors", {"R-217"},
            &NothingAroundTheTensors);
  list->Add("binding/any_alignment", {"R-216", "R-217"}, &AnyAlignment);
  list->Add("binding/alternating_bindings", {"R-212"}, &AlternatingBindings);
  list->Add("binding/replaced_memory_is_not_touched", {"R-217"},
            &ReplacedMemoryIsNotTouched);
}

}  // namespace onnxifi::conformance
