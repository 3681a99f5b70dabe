// Many threads at once, as far as the backend's capability bits say so.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "client/abi_value.h"
#include "conformance/interface/runs.h"
#include "conformance/runner/suite.h"
#include "conformance/stress/crowd.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kThreads = 6;

// A session of a backend that may be used from any thread.
class SafeSession {
 public:
  explicit SafeSession(Test& test) : session_(test) {
    if (!session_.ready() || session_.model() == nullptr ||
        session_.backend() == nullptr) {
      return;
    }
    ready_ = (session_.InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) &
              ONNXIFI_CAPABILITY_THREAD_SAFE) != 0;
    if (!ready_) test.Unsupported("the backend is not THREAD_SAFE");
  }
  bool ready() const { return ready_; }
  Session& operator*() { return session_; }
  Session* operator->() { return &session_; }

 private:
  Session session_;
  bool ready_ = false;
};

// What takes an ID may always be called from any thread.
void QuestionsFromAllSides(Test& test, int milliseconds) {
  Session session(test);
  if (!session.ready() || session.model() == nullptr) return;
  const Plugin& f = test.plugin();
  const std::string model = session.model()->bytes;
  constexpr onnxBackendInfo kTexts[] = {
      ONNXIFI_BACKEND_NAME, ONNXIFI_BACKEND_VENDOR, ONNXIFI_BACKEND_VERSION,
      ONNXIFI_BACKEND_DEVICE};
  std::vector<std::string> texts;
  for (const onnxBackendInfo text : kTexts) {
    texts.push_back(session.InfoText(text));
  }
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) -> std::string {
    onnxBackendID ids[64] = {};
    size_t count = 64;
    if (thread % 3 == 0) {
      size_t all = 0;
      if (f.onnxGetBackendIDs(nullptr, &all) != ONNXIFI_STATUS_FALLBACK ||
          all != session.all_ids().size()) {
        return StrCat("onnxGetBackendIDs counts ", all);
      }
      const std::string wrong =
          Wrong(f.onnxGetBackendIDs(ids, &count), "onnxGetBackendIDs");
      if (!wrong.empty()) return wrong;
      if (count != session.all_ids().size()) return "another number of IDs";
      std::string released;
      for (size_t i = 0; i < count; ++i) {
        if (ids[i] != session.all_ids()[i]) return "another ID";
        const std::string one =
            Wrong(f.onnxReleaseBackendID(ids[i]), "onnxReleaseBackendID");
        if (!one.empty()) released = one;
      }
      return released;
    }
    if (thread % 3 == 1) {
      const size_t which = (thread + turn) % texts.size();
      return session.InfoText(kTexts[which]) == texts[which]
                 ? ""
                 : "onnxGetBackendInfo tells another text";
    }
    // Refusals beside acceptances: their texts are of one thread each.
    const std::string junk(8 + turn % 50, '\xff');
    const onnxStatus refused =
        f.onnxGetBackendCompatibility(session.id(), junk.size(), junk.data());
    if (refused != ONNXIFI_STATUS_INVALID_PROTOBUF) {
      return "junk is " + StatusText(refused);
    }
    return Wrong(
        f.onnxGetBackendCompatibility(session.id(), model.size(), model.data()),
        "onnxGetBackendCompatibility");
  });
}

void GraphsOfOneBackend(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  std::vector<ProbeTensors> tensors;
  std::vector<onnxGraph> graphs;
  for (size_t t = 0; t < kThreads; ++t) {
    tensors.emplace_back(std::vector<uint64_t>{2, 3});
    graphs.push_back(session->NewGraph(session->model()->bytes));
    CERTIFY_REQUIRE(test, graphs[t] != nullptr, "no graph");
  }
  {
    Crowd crowd(test, milliseconds);
    crowd.Run(kThreads, [&](size_t thread, size_t turn) {
      tensors[thread].Reset(static_cast<float>(turn % 1000));
      std::string wrong;
      if (turn % 5 == 0) wrong = BindTo(f, graphs[thread], tensors[thread]);
      return wrong.empty() ? RunAndLook(f, session->backend(), graphs[thread],
                                        tensors[thread], *session->model())
                           : wrong;
    });
  }
  for (onnxGraph graph : graphs) {
    session->DisownGraph(graph);
    CERTIFY_STATUS(test, f.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS,
                   "after all runs");
  }
}

// Everything from the backend on, by each thread for itself.
void SessionsSideBySide(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  // Each thread has a model of its own, as far as there are several.
  std::vector<ProbeModel> models;
  for (const ProbeModel& model : ProbeModels()) {
    if (f.onnxGetBackendCompatibility(session->id(), model.bytes.size(),
                                      model.bytes.data()) ==
        ONNXIFI_STATUS_SUCCESS) {
      models.push_back(model);
    }
  }
  CERTIFY_REQUIRE(test, !models.empty(), "no model");
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) -> std::string {
    const ProbeModel& model = models[thread % models.size()];
    // With several backends of the library, all of them.
    onnxBackendID id = session->id();
    onnxBackend backend = nullptr;
    std::string wrong =
        Wrong(f.onnxInitBackend(id, nullptr, &backend), "onnxInitBackend");
    if (!wrong.empty()) return wrong;
    for (int graphs = 0; graphs < 3 && wrong.empty(); ++graphs) {
      onnxGraph graph = nullptr;
      wrong = Wrong(f.onnxInitGraph(backend, nullptr, model.bytes.size(),
                                    model.bytes.data(), 0, nullptr, &graph),
                    "onnxInitGraph");
      if (!wrong.empty()) break;
      ProbeTensors tensors({2, 3}, static_cast<float>(thread * 100 + turn % 9));
      wrong = BindTo(f, graph, tensors);
      for (int run = 0; run < 3 && wrong.empty(); ++run) {
        wrong = RunAndLook(f, backend, graph, tensors, model);
        tensors.y.Poison();
      }
      const std::string released =
          Wrong(f.onnxReleaseGraph(graph), "onnxReleaseGraph");
      if (wrong.empty()) wrong = released;
    }
    const std::string released =
        Wrong(f.onnxReleaseBackend(backend), "onnxReleaseBackend");
    return wrong.empty() ? released : wrong;
  });
}

// Backends of different devices at the same time.
void AllDevicesAtOnce(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  const std::vector<onnxBackendID>& ids = session->all_ids();
  if (ids.size() < 2) {
    test.Unsupported("the library has one backend");
    return;
  }
  Crowd crowd(test, milliseconds);
  crowd.Run(std::min<size_t>(ids.size(), 8),
            [&](size_t thread, size_t) -> std::string {
              onnxBackend backend = nullptr;
              std::string wrong =
                  Wrong(f.onnxInitBackend(ids[thread], nullptr, &backend),
                        "onnxInitBackend");
              if (!wrong.empty()) return wrong;
              for (const ProbeModel& model : ProbeModels()) {
                onnxGraph graph = nullptr;
                if (f.onnxInitGraph(backend, nullptr, model.bytes.size(),
                                    model.bytes.data(), 0, nullptr,
                                    &graph) != ONNXIFI_STATUS_SUCCESS) {
                  continue;
                }
                ProbeTensors tensors({2, 3}, 3);
                wrong = BindTo(f, graph, tensors);
                if (wrong.empty()) {
                  wrong = RunAndLook(f, backend, graph, tensors, model);
                }
                Ignore(f.onnxReleaseGraph(graph));
                break;
              }
              const std::string released =
                  Wrong(f.onnxReleaseBackend(backend), "onnxReleaseBackend");
              return wrong.empty() ? released : wrong;
            });
}

// Pairs of onnxSetIOAndRunGraph from several threads do not mix.
void OneGraphManyThreads(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const auto run = test.plugin().Extension<onnxSetIOAndRunGraphFunction>(
      session->id(), "onnxSetIOAndRunGraphFunction");
  if (run == nullptr) {
    test.Unsupported("the backend does not offer onnxSetIOAndRunGraph");
    return;
  }
  const Plugin& f = test.plugin();
  onnxGraph graph = session->NewGraph(session->model()->bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) -> std::string {
    ProbeTensors tensors({2, 3},
                         static_cast<float>(thread * 1000 + turn % 1000));
    const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.x.bytes().data());
    const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.y.bytes().data());
    onnxMemoryFenceV1 to = EventFence(nullptr);
    std::string wrong =
        Wrong(run(graph, 1, &x, 1, &y, &to), "onnxSetIOAndRunGraph");
    if (!wrong.empty()) return wrong;
    wrong = Wrong(f.onnxWaitEvent(to.event), "onnxWaitEvent");
    if (wrong.empty()) wrong = tensors.Wrong(*session->model());
    const std::string released =
        Wrong(f.onnxReleaseEvent(to.event), "onnxReleaseEvent");
    return wrong.empty() ? released : wrong;
  });
}

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

// Handles of every kind come and go on all threads.
void HandlesComeAndGo(Test& test, int milliseconds) {
  SafeSession session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  const std::string& model = session->model()->bytes;
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) -> std::string {
    if ((thread + turn) % 3 == 0) {
      onnxBackend backend = nullptr;
      const std::string wrong =
          Wrong(f.onnxInitBackend(session->id(), nullptr, &backend),
                "onnxInitBackend");
      if (!wrong.empty()) return wrong;
      const std::string released =
          Wrong(f.onnxReleaseBackend(backend), "onnxReleaseBackend");
      if (!released.empty()) return released;
      return f.onnxReleaseBackend(nullptr) == ONNXIFI_STATUS_INVALID_BACKEND
                 ? ""
                 : "NULL is a backend";
    }
    if ((thread + turn) % 3 == 1) {
      onnxGraph graph = nullptr;
      const std::string wrong =
          Wrong(f.onnxInitGraph(session->backend(), nullptr, model.size(),
                                model.data(), 0, nullptr, &graph),
                "onnxInitGraph");
      return wrong.empty()
                 ? Wrong(f.onnxReleaseGraph(graph), "onnxReleaseGraph")
                 : wrong;
    }
    std::vector<onnxEvent> events(20, nullptr);
    for (onnxEvent& event : events) {
      const std::string wrong =
          Wrong(f.onnxInitEvent(session->backend(), &event), "onnxInitEvent");
      if (!wrong.empty()) return wrong;
    }
    std::sort(events.begin(), events.end());
    if (std::adjacent_find(events.begin(), events.end()) != events.end()) {
      return "two live events have one handle";
    }
    for (onnxEvent event : events) {
      onnxEventState state = 0;
      if (f.onnxGetEventState(event, &state) != ONNXIFI_STATUS_SUCCESS ||
          state != ONNXIFI_EVENT_STATE_NONSIGNALLED) {
        return "a new event is not NONSIGNALLED";
      }
      const std::string wrong =
          Wrong(f.onnxReleaseEvent(event), "onnxReleaseEvent");
      if (!wrong.empty()) return wrong;
    }
    return "";
  });
}

using Function = void (*)(Test&, int);

}  // namespace

void AddConcurrencyTests(TestList* list) {
  const struct {
    const char* name;
    std::vector<std::string> requirements;
    Function function;
  } kRows[] = {
      {"questions", {"R-102"}, &QuestionsFromAllSides},
      {"graphs_of_one_backend", {"R-175"}, &GraphsOfOneBackend},
      {"sessions_side_by_side", {"R-116"}, &SessionsSideBySide},
      {"all_devices_at_once", {}, &AllDevicesAtOnce},
      {"one_graph_many_threads", {"R-265"}, &OneGraphManyThreads},
      {"one_gate_for_all", {"R-241", "R-142"}, &OneGateForAll},
      {"one_signal_counts", {"R-143", "R-142"}, &OneSignalCounts},
      {"released_while_others_wait", {"R-147"}, &ReleasedWhileOthersWait},
      {"released_during_runs",
       {"R-181", "R-182", "R-183"},
       &ReleasedDuringRuns},
      {"pipelines_across_graphs", {"R-295"}, &PipelinesAcrossGraphs},
      {"handles_come_and_go", {"R-116"}, &HandlesComeAndGo}};
  for (const bool quick : {true, false}) {
    list->quick = quick;
    list->seconds = quick ? 60 : 180;
    for (const auto& row : kRows) {
      const Function function = row.function;
      list->Add(
          StrCat(quick ? "stress/threads/" : "stress/long_threads/", row.name),
          row.requirements, [function, quick](Test& test) {
            function(test, quick ? 400 : 15000);
          });
    }
  }
}

}  // namespace onnxifi::conformance
