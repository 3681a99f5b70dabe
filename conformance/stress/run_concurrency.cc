// Runs and events of many threads.
#include <atomic>
#include <chrono>
#include <thread>

#include "client/abi_value.h"
#include "conformance/interface/runs.h"
#include "conformance/runner/suite.h"
#include "conformance/stress/crowd.h"

namespace onnxifi::conformance {
namespace {

// Many runs behind one event, and as many who wait for them.
void OneGateForAll(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  constexpr size_t kGraphs = 8;
  std::vector<ProbeTensors> tensors;
  std::vector<onnxGraph> graphs;
  for (size_t i = 0; i < kGraphs; ++i) {
    tensors.emplace_back(std::vector<uint64_t>{2, 3});
    graphs.push_back(session->NewGraph(session->model()->bytes));
    CERTIFY_REQUIRE(
        test, graphs[i] != nullptr && session->Bind(graphs[i], tensors[i]),
        "no graph");
  }
  const uint64_t until = InMs(milliseconds);
  for (int round = 0; round < 3 || NowNs() < until; ++round) {
    const TimedTurn turn(test, round < 3);
    onnxEvent gate = session->NewEvent();
    std::vector<onnxEvent> events;
    for (size_t i = 0; i < 3 * kGraphs; ++i) {
      events.push_back(session->Start(graphs[i % kGraphs], gate));
      CERTIFY_REQUIRE(test, events.back() != nullptr, "no event");
    }
    for (ProbeTensors& one : tensors) {
      CERTIFY_CHECK(test, one.untouched(), "a run did not wait for its gate");
    }
    // Half of them wait before the signal, on threads of their own.
    std::vector<onnxStatus> waited(kThreads, ONNXIFI_STATUS_INTERNAL_ERROR);
    std::vector<std::thread> threads;
    for (size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back(
          [&, t] { waited[t] = f.onnxWaitEvent(t == 0 ? gate : events[t]); });
    }
    onnxStatus signalled = ONNXIFI_STATUS_INTERNAL_ERROR;
    std::thread([&] { signalled = f.onnxSignalEvent(gate); }).join();
    for (std::thread& thread : threads) thread.join();
    CERTIFY_CHECK(test, signalled == ONNXIFI_STATUS_SUCCESS,
                  "a signal of another thread: ", StatusText(signalled));
    for (const onnxStatus status : waited) {
      CERTIFY_CHECK(test, status == ONNXIFI_STATUS_SUCCESS,
                    "a wait on another thread: ", StatusText(status));
    }
    for (onnxEvent event : events) {
      CERTIFY_STATUS(test, f.onnxWaitEvent(event), ONNXIFI_STATUS_SUCCESS,
                     "one of many runs");
      session->DisownEvent(event);
      CERTIFY_STATUS(test, f.onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS,
                     "one of many runs");
    }
    session->DisownEvent(gate);
    CERTIFY_STATUS(test, f.onnxReleaseEvent(gate), ONNXIFI_STATUS_SUCCESS,
                   "the gate");
    for (ProbeTensors& one : tensors) {
      const std::string wrong = one.Wrong(*session->model());
      CERTIFY_CHECK(test, wrong.empty(), wrong);
      one.Reset(static_cast<float>(round));
    }
    if (test.failed()) break;
  }
  for (onnxGraph graph : graphs) {
    session->DisownGraph(graph);
    CERTIFY_STATUS(test, f.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS,
                   "at the end");
  }
}

// Of many who signal one event exactly one succeeds; all who wait wake up.
void OneSignalCounts(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  const uint64_t until = InMs(milliseconds);
  for (int round = 0; round < 3 || NowNs() < until; ++round) {
    const TimedTurn turn(test, round < 3);
    onnxEvent event = session->NewEvent();
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    std::atomic<int> ready{0};
    std::atomic<int> signalled{0};
    std::atomic<int> refused{0};
    std::atomic<int> woken{0};
    std::vector<std::thread> threads;
    for (size_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        ++ready;
        while (ready != static_cast<int>(kThreads)) {
        }
        if (t % 3 == 2) {
          woken += f.onnxWaitEvent(event) == ONNXIFI_STATUS_SUCCESS ? 1 : 0;
          return;
        }
        const onnxStatus status = f.onnxSignalEvent(event);
        signalled += status == ONNXIFI_STATUS_SUCCESS ? 1 : 0;
        refused += status == ONNXIFI_STATUS_INVALID_STATE ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CERTIFY_CHECK(test, signalled == 1, signalled.load(), " of ",
                  kThreads - kThreads / 3, " signals of one event succeed");
    CERTIFY_CHECK(test,
                  refused == static_cast<int>(kThreads - kThreads / 3) - 1,
                  refused.load(), " are refused with INVALID_STATE");
    CERTIFY_CHECK(test, woken == static_cast<int>(kThreads / 3), woken.load(),
                  " who waited are woken");
    session->DisownEvent(event);
    CERTIFY_STATUS(test, f.onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS,
                   "an event");
    if (test.failed()) return;
  }
}

// Who waits for an event that is released is told so.
void ReleasedWhileOthersWait(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  const uint64_t until = InMs(milliseconds);
  for (int round = 0; round < 3 || NowNs() < until; ++round) {
    const TimedTurn turn(test, round < 3);
    onnxEvent event = session->NewEvent();
    CERTIFY_REQUIRE(test, event != nullptr, "no event");
    std::atomic<int> waiting{0};
    std::vector<onnxStatus> told(3, ONNXIFI_STATUS_SUCCESS);
    std::vector<std::thread> threads;
    for (size_t t = 0; t < told.size(); ++t) {
      threads.emplace_back([&, t] {
        ++waiting;
        told[t] = f.onnxWaitEvent(event);
      });
    }
    while (waiting != static_cast<int>(told.size())) std::this_thread::yield();
    // Some wait by now, some come too late: both are told the same.
    if (round % 2 == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    session->DisownEvent(event);
    CERTIFY_STATUS(test, f.onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS,
                   "an event that others wait for");
    for (std::thread& thread : threads) thread.join();
    for (const onnxStatus status : told) {
      CERTIFY_CHECK(test, status == ONNXIFI_STATUS_INVALID_EVENT,
                    "a wait for an event that is released meanwhile: ",
                    StatusText(status));
    }
    if (test.failed()) return;
  }
}

// A graph is released while its runs are on their way: that waits for them.
void ReleasedDuringRuns(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  const ProbeModel& model = *session->model();
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) -> std::string {
    onnxGraph graph = nullptr;
    std::string wrong =
        Wrong(f.onnxInitGraph(session->backend(), nullptr, model.bytes.size(),
                              model.bytes.data(), 0, nullptr, &graph),
              "onnxInitGraph");
    if (!wrong.empty()) return wrong;
    ProbeTensors tensors({2, 3}, static_cast<float>(thread + turn % 100));
    onnxEvent gate = nullptr;
    wrong = BindTo(f, graph, tensors);
    if (wrong.empty()) {
      wrong =
          Wrong(f.onnxInitEvent(session->backend(), &gate), "onnxInitEvent");
    }
    if (!wrong.empty()) return wrong;
    const onnxMemoryFenceV1 from = EventFence(gate);
    onnxMemoryFenceV1 outputs[3];
    for (onnxMemoryFenceV1& to : outputs) {
      to = EventFence(nullptr);
      wrong = Wrong(f.onnxRunGraph(graph, &from, &to), "onnxRunGraph");
      if (!wrong.empty()) return wrong;
    }
    wrong = Wrong(f.onnxSignalEvent(gate), "onnxSignalEvent");
    const std::string released =
        Wrong(f.onnxReleaseGraph(graph), "onnxReleaseGraph");
    if (wrong.empty()) wrong = released;
    // Nothing is written any more, and all is there.
    if (wrong.empty()) wrong = tensors.Wrong(model);
    for (const onnxMemoryFenceV1& to : outputs) {
      onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
      if (f.onnxGetEventState(to.event, &state) != ONNXIFI_STATUS_SUCCESS ||
          state != ONNXIFI_EVENT_STATE_SIGNALLED) {
        if (wrong.empty()) wrong = "onnxReleaseGraph did not wait for a run";
      }
      Ignore(f.onnxReleaseEvent(to.event));
    }
    Ignore(f.onnxReleaseEvent(gate));
    return wrong;
  });
}

// Runs of several graphs in a row, each behind the one before, made and waited
// for on different threads.
void PipelinesAcrossGraphs(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  const ProbeModel& model = *session->model();
  constexpr size_t kStages = 5;
  Crowd crowd(test, milliseconds);
  crowd.Run(3, [&](size_t thread, size_t turn) -> std::string {
    std::vector<GuardedBuffer> buffers;
    std::vector<onnxGraph> graphs(kStages, nullptr);
    std::string wrong;
    const uint64_t shape[] = {2, 3};
    for (size_t i = 0; i <= kStages; ++i) {
      Result<GuardedBuffer> buffer = GuardedBuffer::Make(24);
      if (!buffer.ok()) return buffer.status().message();
      buffers.push_back(std::move(buffer.value()));
    }
    std::vector<float> wanted(6);
    for (size_t i = 0; i < 6; ++i) {
      wanted[i] = static_cast<float>(thread + turn % 7 + i) * 0.5f;
      buffers[0].as<float>()[i] = wanted[i];
    }
    onnxEvent gate = nullptr;
    wrong = Wrong(f.onnxInitEvent(session->backend(), &gate), "onnxInitEvent");
    onnxEvent before = gate;
    std::vector<onnxEvent> events = {gate};
    for (size_t i = 0; i < kStages && wrong.empty(); ++i) {
      wrong =
          Wrong(f.onnxInitGraph(session->backend(), nullptr, model.bytes.size(),
                                model.bytes.data(), 0, nullptr, &graphs[i]),
                "onnxInitGraph");
      if (!wrong.empty()) break;
      const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape,
                              buffers[i].bytes().data());
      const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape,
                              buffers[i + 1].bytes().data());
      wrong =
          Wrong(f.onnxSetGraphIO(graphs[i], 1, &x, 1, &y), "onnxSetGraphIO");
      if (!wrong.empty()) break;
      const onnxMemoryFenceV1 from = EventFence(before);
      onnxMemoryFenceV1 to = EventFence(nullptr);
      wrong = Wrong(f.onnxRunGraph(graphs[i], &from, &to), "onnxRunGraph");
      if (!wrong.empty()) break;
      events.push_back(to.event);
      before = to.event;
      for (float& one : wanted) one = model.result(one);
    }
    if (wrong.empty()) {
      std::thread([&] {
        wrong = Wrong(f.onnxSignalEvent(gate), "signal");
      }).join();
    }
    if (wrong.empty()) wrong = Wrong(f.onnxWaitEvent(before), "onnxWaitEvent");
    for (size_t i = 0; i < 6 && wrong.empty(); ++i) {
      const float got = buffers[kStages].as<float>()[i];
      if (got != wanted[i]) {
        wrong = StrCat("element ", i, " behind ", kStages, " graphs is ", got,
                       ", not ", wanted[i]);
      }
    }
    for (onnxEvent event : events) Ignore(f.onnxReleaseEvent(event));
    for (onnxGraph graph : graphs) {
      if (graph != nullptr) Ignore(f.onnxReleaseGraph(graph));
    }
    return wrong;
  });
}

}  // namespace

void AddRunConcurrencyTests(TestList* list) {
  AddCrowdTests(
      list,
      {{"one_gate_for_all", {"R-241", "R-142"}, &OneGateForAll},
       {"one_signal_counts", {"R-143", "R-142"}, &OneSignalCounts},
       {"released_while_others_wait", {"R-147"}, &ReleasedWhileOthersWait},
       {"released_during_runs",
        {"R-181", "R-182", "R-183"},
        &ReleasedDuringRuns},
       {"pipelines_across_graphs", {"R-295"}, &PipelinesAcrossGraphs}});
}

}  // namespace onnxifi::conformance
