// Several runs, and the events between them: section 7.9 of the checklist.
#include <atomic>
#include <memory>
#include <thread>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr onnxStatus kSuccess = ONNXIFI_STATUS_SUCCESS;
constexpr onnxStatus kCancelled = ONNXIFI_STATUS_INTERNAL_ERROR;

// A probe graph with memory, and an event that holds its runs back.
class OrderTest {
 public:
  explicit OrderTest(Test& test) : test_(test), session_(test) {
    if (session_.model() == nullptr) return;
    gate_ = session_.NewEvent();
    graph_ = NewGraph(tensors_);
  }
  bool ready() const { return graph_ != nullptr && gate_ != nullptr; }

  onnxGraph NewGraph(ProbeTensors& tensors) {
    onnxGraph graph = session_.NewGraph(session_.model()->bytes);
    return graph != nullptr && session_.Bind(graph, tensors) ? graph : nullptr;
  }
  void Signal(onnxEvent event) {
    CERTIFY_STATUS(test_, test_.plugin().onnxSignalEvent(event), kSuccess,
                   "an event that is not signalled");
  }
  void Release(onnxEvent event) {
    session_.DisownEvent(event);
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseEvent(event), kSuccess,
                   "a live event");
  }
  void ReleaseGraph() {
    session_.DisownGraph(graph_);
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph_), kSuccess,
                   "a graph whose runs are complete or about to be");
  }
  // A run of the graph behind `gate`.
  onnxEvent Start(onnxEvent gate) { return session_.Start(graph_, gate); }
  void Finish(onnxEvent done, onnxStatus expected, const char* what) {
    conformance::Finish(test_, session_, done, expected, what);
  }
  void CheckResult(const char* what) { CheckResult(tensors_, what); }
  void CheckResult(const ProbeTensors& tensors, const char* what) {
    const std::string wrong = tensors.Wrong(*session_.model());
    CERTIFY_CHECK(test_, wrong.empty(), what, ": ", wrong);
  }
  // A run that was cancelled: signalled, failed for everyone, nothing written.
  void CheckCancelled(onnxEvent done) {
    CERTIFY_CHECK(test_, PollUntilSignalled(test_.plugin(), done),
                  "a cancelled run is not signalled");
    for (int i = 0; i < 2; ++i) {
      CERTIFY_STATUS(test_, test_.plugin().onnxWaitEvent(done), kCancelled,
                     "the run was cancelled");
      CheckReason(test_, session_, "a cancelled run");
    }
    CERTIFY_CHECK(test_, StateOf(test_, done) == ONNXIFI_EVENT_STATE_SIGNALLED,
                  "a cancelled run is not signalled");
  }

  Session& session() { return session_; }
  ProbeTensors& tensors() { return tensors_; }
  onnxEvent gate() const { return gate_; }
  onnxGraph graph() const { return graph_; }

 private:
  Test& test_;
  ProbeTensors tensors_{{2, 3}, 1};
  Session session_;
  onnxEvent gate_ = nullptr;
  onnxGraph graph_ = nullptr;
};

void RunsOfOneBinding(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  std::vector<onnxEvent> gates;
  std::vector<onnxEvent> done;
  for (int i = 0; i < 6; ++i) {
    gates.push_back(t.session().NewEvent());
    done.push_back(t.Start(gates.back()));
    CERTIFY_REQUIRE(test, done.back() != nullptr, "run ", i, " in flight");
  }
  for (const size_t i : {3U, 0U, 5U, 1U, 4U, 2U}) t.Signal(gates[i]);
  for (onnxEvent event : done) t.Finish(event, kSuccess, "one of six");
  t.CheckResult("six runs on one binding");
}

void NotHeldBack(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  onnxEvent held = t.Start(t.gate());
  for (int i = 0; i < 5; ++i) {
    t.tensors().Reset(static_cast<float>(i));
    t.Finish(t.Start(t.session().NewSignalledEvent()), kSuccess,
             "ready, and an earlier run is not");
    t.CheckResult("ready, and an earlier run is not");
  }
  CERTIFY_CHECK(test, StateOf(test, held) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "a run is complete before its input event is signalled");
  t.Signal(t.gate());
  t.Finish(held, kSuccess, "the run that was held");
}

void NotHeldBackByAnotherGraph(Test& test) {
  ProbeTensors other({2, 3}, 60);
  OrderTest t(test);
  if (!NeedsGraphs(test, t.session(), 2)) return;
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  onnxGraph second = t.NewGraph(other);
  CERTIFY_REQUIRE(test, second != nullptr, "no graph");
  onnxEvent held = t.Start(t.gate());
  onnxEvent ready = t.session().Start(second, t.session().NewSignalledEvent());
  CERTIFY_REQUIRE(test, ready != nullptr, "no run");
  CERTIFY_CHECK(test, PollUntilSignalled(test.plugin(), ready),
                "a run that is ready waits for one that is not");
  t.CheckResult(other, "ready, and the run of another graph is not");
  CERTIFY_CHECK(test, t.tensors().untouched(), "a held run has written");
  t.Signal(t.gate());
  t.Finish(held, kSuccess, "the run that was held");
  t.CheckResult("the run that was held");
}

void OneEventForTwoGraphs(Test& test) {
  ProbeTensors other({2, 3}, 60);
  OrderTest t(test);
  if (!NeedsGraphs(test, t.session(), 2)) return;
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  onnxGraph second = t.NewGraph(other);
  CERTIFY_REQUIRE(test, second != nullptr, "no graph");
  onnxEvent first_done = t.Start(t.gate());
  onnxEvent second_done = t.session().Start(second, t.gate());
  CERTIFY_CHECK(test, first_done != second_done, "two runs have one event");
  t.Signal(t.gate());
  t.Finish(second_done, kSuccess, "the second of two behind one event");
  t.Finish(first_done, kSuccess, "the first of two behind one event");
  t.CheckResult("one event for two graphs");
  t.CheckResult(other, "one event for two graphs");
}

void InputReleasedAfterTheSignal(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  for (int i = 0; i < 20 && !test.failed(); ++i) {
    onnxEvent gate = t.session().NewEvent();
    t.tensors().Reset(static_cast<float>(i));
    onnxEvent done = t.Start(gate);
    t.Signal(gate);
    t.Release(gate);
    t.Finish(done, kSuccess, "the input event was released after its signal");
    t.CheckResult("the input event was released after its signal");
  }
}

void InputReleasedBeforeTheRun(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  for (int i = 0; i < 20 && !test.failed(); ++i) {
    onnxEvent gate = t.session().NewSignalledEvent();
    t.tensors().Reset(static_cast<float>(i));
    onnxEvent done = t.Start(gate);
    t.Release(gate);
    t.Finish(done, kSuccess, "a signalled input event was released");
    t.CheckResult("a signalled input event was released");
  }
}

void ReleasedInputCancels(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  onnxEvent first = t.Start(t.gate());
  onnxEvent second = t.Start(t.gate());
  CERTIFY_REQUIRE(test, first != nullptr && second != nullptr, "no run");
  t.Release(t.gate());
  t.CheckCancelled(first);
  t.CheckCancelled(second);
  CERTIFY_CHECK(test, t.tensors().untouched(), "a cancelled run has written");
  // The graph is as good as before.
  CERTIFY_REQUIRE(test, t.session().Run(t.graph()),
                  "no run after one that was "
                  "cancelled");
  t.CheckResult("after a run that was cancelled");
  t.tensors().y.Poison();
  t.ReleaseGraph();
  CERTIFY_CHECK(test, t.tensors().untouched(), "a cancelled run has written");
}

void CancelledRunLetsTheGraphGo(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  onnxEvent done = t.Start(t.gate());
  t.Release(t.gate());
  t.ReleaseGraph();
  t.CheckCancelled(done);
  CERTIFY_CHECK(test, t.tensors().untouched(), "a cancelled run has written");
}

void OutputReleasedEarly(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  t.Release(t.Start(t.gate()));
  t.Signal(t.gate());
  // Nobody can wait for it; but the graph does.
  t.ReleaseGraph();
  t.CheckResult("the output event was released before the signal");
}

void ClientSignalsTheOutput(Test& test) {
  OrderTest t(test);
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  onnxEvent done = t.Start(t.gate());
  t.Signal(done);
  CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done), kSuccess,
                 "the client has signalled it");
  CERTIFY_CHECK(test, t.tensors().untouched(),
                "a run that is held has written");
  t.Signal(t.gate());
  t.ReleaseGraph();
  t.CheckResult("the client has signalled the output event");
  CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done), kSuccess,
                 "the client has signalled it");
}

// A graph that reads what another one writes.
class ChainTest : public OrderTest {
 public:
  explicit ChainTest(Test& test) : OrderTest(test) {
    if (!ready()) return;
    onnxGraph made = session().NewGraph(session().model()->bytes);
    const onnxTensorDescriptorV1 x = SixFloats("x", tensors().y.bytes().data());
    const onnxTensorDescriptorV1 y = SixFloats("y", end_.y.bytes().data());
    if (made != nullptr &&
        test.plugin().onnxSetGraphIO(made, 1, &x, 1, &y) == kSuccess) {
      second_ = made;
    }
  }
  onnxGraph second() const { return second_; }
  const ProbeTensors& end() const { return end_; }
  // Whether y of the second graph is made of y of the first.
  std::string Wrong() {
    const std::span<const float> middle = tensors().y.as<float>();
    const std::span<const float> out = end_.y.as<float>();
    for (size_t i = 0; i < out.size(); ++i) {
      const float want = session().model()->result(middle[i]);
      if (out[i] != want) {
        return StrCat("element ", i, " is ", out[i], ", not ", want);
      }
    }
    return "";
  }

 private:
  ProbeTensors end_{{2, 3}, 0};
  onnxGraph second_ = nullptr;
};

void Chain(Test& test) {
  ChainTest t(test);
  if (!NeedsGraphs(test, t.session(), 2)) return;
  CERTIFY_REQUIRE(test, t.second() != nullptr, "no graph");
  onnxEvent middle = t.Start(t.gate());
  onnxEvent done = t.session().Start(t.second(), middle);
  CERTIFY_REQUIRE(test, done != nullptr, "an output event is no input event");
  CERTIFY_CHECK(test, StateOf(test, done) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "a run is complete before the one that it waits for");
  t.Signal(t.gate());
  t.Finish(done, kSuccess, "the second of two runs");
  t.CheckResult("the first of two runs");
  CERTIFY_CHECK(test, t.Wrong().empty(), "the second of two runs: ", t.Wrong());
}

void ChainBehindASignalledEvent(Test& test) {
  ChainTest t(test);
  if (!NeedsGraphs(test, t.session(), 2)) return;
  CERTIFY_REQUIRE(test, t.second() != nullptr, "no graph");
  for (int i = 0; i < 20 && !test.failed(); ++i) {
    t.tensors().Reset(static_cast<float>(i));
    onnxEvent middle = t.Start(t.session().NewSignalledEvent());
    onnxEvent done = t.session().Start(t.second(), middle);
    t.Finish(done, kSuccess, "the second of two runs");
    t.CheckResult("the first of two runs");
    CERTIFY_CHECK(test, t.Wrong().empty(), t.Wrong());
  }
}

void CancellationTravels(Test& test) {
  ChainTest t(test);
  if (!NeedsGraphs(test, t.session(), 2)) return;
  CERTIFY_REQUIRE(test, t.second() != nullptr, "no graph");
  onnxEvent middle = t.Start(t.gate());
  onnxEvent done = t.session().Start(t.second(), middle);
  onnxEvent last = t.Start(done);
  CERTIFY_REQUIRE(test, last != nullptr, "no run");
  t.Release(t.gate());
  for (onnxEvent event : {last, done, middle}) t.CheckCancelled(event);
  CERTIFY_CHECK(test, t.tensors().untouched() && t.end().untouched(),
                "a cancelled run has written");
  // The event of a run that failed, in front of a new one.
  onnxEvent late = t.session().Start(t.second(), middle);
  CERTIFY_REQUIRE(test, late != nullptr, "no run");
  t.CheckCancelled(late);
  CERTIFY_CHECK(test, t.end().untouched(), "a cancelled run has written");
}

void LongChain(Test& test) {
  constexpr int kRuns = 500;
  for (const bool cancel : {false, true}) {
    OrderTest t(test);
    CERTIFY_REQUIRE(test, t.ready(), "no graph");
    onnxEvent last = t.gate();
    for (int i = 0; i < kRuns; ++i) {
      onnxEvent next = t.Start(last);
      CERTIFY_REQUIRE(test, next != nullptr, "run ", i, " of a chain");
      last = next;
    }
    if (cancel) {
      t.Release(t.gate());
      t.CheckCancelled(last);
      CERTIFY_CHECK(test, t.tensors().untouched(),
                    "a cancelled run has written");
    } else {
      t.Signal(t.gate());
      t.Finish(last, kSuccess, "the last of 500 runs");
      t.CheckResult("500 runs in a chain");
    }
  }
}

// Waiting, and letting go, on different threads.
void WaiterOfACancelledRun(Test& test) {
  OrderTest t(test);
  if (!NeedsThreads(test, t.session())) return;
  CERTIFY_REQUIRE(test, t.ready(), "no graph");
  onnxEvent done = t.Start(t.gate());
  CERTIFY_REQUIRE(test, done != nullptr, "no run");
  std::atomic<onnxStatus> got{kSuccess};
  std::thread waiter([&] { got = test.plugin().onnxWaitEvent(done); });
  t.Release(t.gate());
  waiter.join();
  CERTIFY_CHECK(test, got == kCancelled, StatusText(got),
                " for one who waits for a run that is cancelled");
}

}  // namespace

void AddRunOrderTests(TestList* list) {
  const auto add = [list](const char* name, std::vector<std::string> ids,
                          void (*run)(Test&)) {
    list->Add(StrCat("run_order/", name), std::move(ids), run);
  };
  add("runs_of_one_binding", {"R-239"}, &RunsOfOneBinding);
  add("not_held_back", {"R-240"}, &NotHeldBack);
  add("not_held_back_by_another_graph", {"R-240"}, &NotHeldBackByAnotherGraph);
  add("one_event_for_two_graphs", {"R-241"}, &OneEventForTwoGraphs);
  add("input_released_after_the_signal", {"R-243"},
      &InputReleasedAfterTheSignal);
  add("input_released_before_the_run", {"R-243"}, &InputReleasedBeforeTheRun);
  add("released_input_cancels", {"R-244", "R-247"}, &ReleasedInputCancels);
  add("cancelled_run_lets_the_graph_go", {"R-244"},
      &CancelledRunLetsTheGraphGo);
  add("output_released_early", {"R-245"}, &OutputReleasedEarly);
  add("client_signals_the_output", {"R-246"}, &ClientSignalsTheOutput);
  add("chain", {"R-295"}, &Chain);
  add("chain_behind_a_signalled_event", {"R-295"}, &ChainBehindASignalledEvent);
  add("cancellation_travels", {"R-296"}, &CancellationTravels);
  add("long_chain", {"R-295", "R-296"}, &LongChain);
  add("waiter_of_a_cancelled_run", {"R-244"}, &WaiterOfACancelledRun);
}

}  // namespace onnxifi::conformance
