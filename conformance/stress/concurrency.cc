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

}  // namespace

void AddConcurrencyTests(TestList* list) {
  AddCrowdTests(list,
                {{"questions", {"R-102"}, &QuestionsFromAllSides},
                 {"graphs_of_one_backend", {"R-175"}, &GraphsOfOneBackend},
                 {"sessions_side_by_side", {"R-116"}, &SessionsSideBySide},
                 {"all_devices_at_once", {}, &AllDevicesAtOnce},
                 {"one_graph_many_threads", {"R-265"}, &OneGraphManyThreads},
                 {"handles_come_and_go", {"R-116"}, &HandlesComeAndGo}});
}

}  // namespace onnxifi::conformance
