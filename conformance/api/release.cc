// The end of objects, in the natural order and in others: sections 7.5, 7.7 and
// 7.12 of the checklist.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr onnxStatus kSuccess = ONNXIFI_STATUS_SUCCESS;

// One of everything, all to be released by the test.
struct World {
  explicit World(Test& test) : test(test), tensors({2, 3}, 1) {
    const Plugin& f = test.plugin();
    if (!FindModel() || f.onnxInitBackend(id, nullptr, &backend) != kSuccess) {
      return;
    }
    const onnxTensorDescriptorV1 x = SixFloats("x", tensors.x.bytes().data());
    const onnxTensorDescriptorV1 y = SixFloats("y", tensors.y.bytes().data());
    ready =
        f.onnxInitEvent(backend, &event) == kSuccess &&
        Accepted(f.onnxInitGraph(backend, nullptr, model->bytes.size(),
                                 model->bytes.data(), 0, nullptr, &graph)) &&
        f.onnxSetGraphIO(graph, 1, &x, 1, &y) == kSuccess;
  }
  // IDs that the test holds itself, and what the backend runs.
  bool FindModel() {
    const Plugin& f = test.plugin();
    size_t count = 0;
    if (f.onnxGetBackendIDs(nullptr, &count) != ONNXIFI_STATUS_FALLBACK) {
      return false;
    }
    ids.resize(std::min(count, size_t{4096}));
    if (f.onnxGetBackendIDs(ids.data(), &count) != kSuccess ||
        test.environment().backend >= ids.size()) {
      return false;
    }
    id = ids[test.environment().backend];
    for (const ProbeModel& each : ProbeModels()) {
      model = &each;
      if (Accepted(f.onnxGetBackendCompatibility(id, each.bytes.size(),
                                                 each.bytes.data()))) {
        return true;
      }
    }
    return false;
  }
  void ReleaseIds() {
    for (onnxBackendID each : ids) {
      CERTIFY_STATUS(test, test.plugin().onnxReleaseBackendID(each), kSuccess,
                     "an ID");
    }
  }
  void ReleaseBackend() {
    CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(backend), kSuccess,
                   "a backend");
  }
  void ReleaseGraph() {
    CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph), kSuccess,
                   "a graph");
  }
  void ReleaseEvent() {
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event), kSuccess,
                   "an event");
  }
  // A run of the graph behind the event, to its end.
  void RunOnce(const char* what) {
    const onnxMemoryFenceV1 from = EventFence(event);
    onnxMemoryFenceV1 to = EventFence(nullptr);
    tensors.Reset(8);
    CERTIFY_STATUS(test, test.plugin().onnxRunGraph(graph, &from, &to),
                   kSuccess, what);
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(event), kSuccess, what);
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(to.event), kSuccess, what);
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(to.event), kSuccess,
                   what);
    CheckResult(what);
  }
  void CheckResult(const char* what) {
    const std::string wrong = tensors.Wrong(*model);
    CERTIFY_CHECK(test, wrong.empty(), what, ": ", wrong);
  }

  Test& test;
  ProbeTensors tensors;
  std::vector<onnxBackendID> ids;
  const ProbeModel* model = nullptr;
  onnxBackendID id = nullptr;
  onnxBackend backend = nullptr;
  onnxGraph graph = nullptr;
  onnxEvent event = nullptr;
  bool ready = false;
};

// Every order of four releases is safe; what is left works until its own.
void AnyOrder(Test& test) {
  int order[] = {0, 1, 2, 3};
  do {
    World world(test);
    CERTIFY_REQUIRE(test, world.ready, "no graph");
    bool graph = true;
    bool event = true;
    for (const int which : order) {
      if (which == 0) world.ReleaseIds();
      if (which == 1) world.ReleaseBackend();
      if (which == 2) {
        // The last chance for a run, whatever has gone before.
        if (event) world.RunOnce("after other releases");
        world.ReleaseGraph();
        graph = false;
      }
      if (which == 3) {
        if (graph) world.RunOnce("after other releases");
        world.ReleaseEvent();
        event = false;
      }
    }
  } while (std::next_permutation(std::begin(order), std::end(order)) &&
           !test.failed());
}

void BackendWithALiveEvent(Test& test) {
  const Plugin& f = test.plugin();
  World world(test);
  CERTIFY_REQUIRE(test, world.ready, "no event");
  world.ReleaseGraph();
  world.ReleaseBackend();
  CERTIFY_CHECK(test,
                StateOf(test, world.event) == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                "an event has changed when its backend was released");
  CERTIFY_STATUS(test, f.onnxSignalEvent(world.event), kSuccess,
                 "the event of a released backend");
  CERTIFY_STATUS(test, f.onnxWaitEvent(world.event), kSuccess,
                 "the event of a released backend");
  onnxEvent made = Preset();
  CERTIFY_STATUS(test, f.onnxInitEvent(world.backend, &made),
                 ONNXIFI_STATUS_INVALID_BACKEND, "a released backend");
  CERTIFY_CHECK(test, made == nullptr, "*event is not NULL");
  onnxGraph graph = Preset();
  CERTIFY_STATUS(
      test,
      f.onnxInitGraph(world.backend, nullptr, world.model->bytes.size(),
                      world.model->bytes.data(), 0, nullptr, &graph),
      ONNXIFI_STATUS_INVALID_BACKEND, "a released backend");
  CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL");
  CERTIFY_STATUS(test, f.onnxReleaseBackend(world.backend),
                 ONNXIFI_STATUS_INVALID_BACKEND, "a released backend");
  world.ReleaseEvent();
  world.ReleaseIds();
}

// A run that is accepted does not need its backend's handle.
void BackendDuringARun(Test& test) {
  World world(test);
  CERTIFY_REQUIRE(test, world.ready, "no graph");
  const onnxMemoryFenceV1 from = EventFence(world.event);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  CERTIFY_STATUS(test, test.plugin().onnxRunGraph(world.graph, &from, &to),
                 kSuccess, "a run");
  world.ReleaseBackend();
  world.ReleaseIds();
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(world.event), kSuccess,
                 "the input event");
  CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(to.event), kSuccess,
                 "a run whose backend was released");
  world.CheckResult("a run whose backend was released");
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(to.event), kSuccess,
                 "an output event");
  world.ReleaseEvent();
  world.ReleaseGraph();
}

void GraphWaitsForItsRuns(Test& test) {
  World world(test);
  CERTIFY_REQUIRE(test, world.ready, "no graph");
  std::vector<onnxEvent> done;
  for (int i = 0; i < 5; ++i) {
    const onnxMemoryFenceV1 from = EventFence(world.event);
    onnxMemoryFenceV1 to = EventFence(nullptr);
    CERTIFY_STATUS(test, test.plugin().onnxRunGraph(world.graph, &from, &to),
                   kSuccess, "a run");
    done.push_back(to.event);
  }
  CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(world.event), kSuccess,
                 "the input event");
  world.ReleaseGraph();
  // All is over now, before anybody has waited.
  for (onnxEvent event : done) {
    CERTIFY_CHECK(test, StateOf(test, event) == ONNXIFI_EVENT_STATE_SIGNALLED,
                  "a graph was released before its run was complete");
  }
  world.CheckResult("after the graph was released");
  for (onnxEvent event : done) {
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(event), kSuccess,
                   "the output event of a released graph");
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event), kSuccess,
                   "the output event of a released graph");
  }
  world.ReleaseEvent();
  world.ReleaseBackend();
  world.ReleaseIds();
}

// The release itself waits, until another thread lets the run begin.
void GraphWaitsForASignal(Test& test) {
  Session session(test);
  if (!NeedsThreads(test, session)) return;
  World world(test);
  CERTIFY_REQUIRE(test, world.ready, "no graph");
  const onnxMemoryFenceV1 from = EventFence(world.event);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  CERTIFY_STATUS(test, test.plugin().onnxRunGraph(world.graph, &from, &to),
                 kSuccess, "a run");
  std::atomic<bool> released{false};
  std::atomic<bool> too_early{false};
  std::atomic<onnxStatus> signalled{-1};
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    too_early = released.load();
    signalled = test.plugin().onnxSignalEvent(world.event);
  });
  world.ReleaseGraph();
  released = true;
  const std::string wrong = world.tensors.Wrong(*world.model);
  other.join();
  CERTIFY_CHECK(test, !too_early, "a graph was released before its run began");
  CERTIFY_CHECK(test, signalled == kSuccess, StatusText(signalled),
                " for the signal of another thread");
  CERTIFY_CHECK(test, wrong.empty(), "when the release returned: ", wrong);
  CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(to.event), kSuccess,
                 "the output event of a released graph");
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(to.event), kSuccess,
                 "the output event of a released graph");
  world.ReleaseEvent();
  world.ReleaseBackend();
  world.ReleaseIds();
}

// A graph that was released has no use for its buffers any more.
void BuffersGoWithTheGraph(Test& test) {
  for (int i = 0; i < 10 && !test.failed(); ++i) {
    Session session(test);
    const ProbeModel* probe = session.model();
    CERTIFY_REQUIRE(test, probe != nullptr, "no model");
    onnxGraph graph = session.NewGraph(probe->bytes);
    CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
    {
      ProbeTensors tensors({2, 3}, 1);
      CERTIFY_REQUIRE(test, session.Bind(graph, tensors), "not bound");
      onnxEvent done = session.Start(graph, session.NewSignalledEvent());
      CERTIFY_REQUIRE(test, done != nullptr, "no run");
      session.DisownGraph(graph);
      CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph), kSuccess,
                     "a graph that runs");
      const std::string wrong = tensors.Wrong(*probe);
      CERTIFY_CHECK(test, wrong.empty(), wrong);
    }
  }
}

void GraphTwice(Test& test) {
  World world(test);
  CERTIFY_REQUIRE(test, world.ready, "no graph");
  world.ReleaseGraph();
  const onnxMemoryFenceV1 from = EventFence(world.event);
  onnxMemoryFenceV1 to = EventFence(Preset());
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(world.graph),
                 ONNXIFI_STATUS_INVALID_GRAPH, "released twice");
  CERTIFY_STATUS(test, test.plugin().onnxRunGraph(world.graph, &from, &to),
                 ONNXIFI_STATUS_INVALID_GRAPH, "released");
  CERTIFY_CHECK(test, to.event == Preset(), "the output fence has changed");
  world.ReleaseEvent();
  world.ReleaseBackend();
  world.ReleaseIds();
}

// What a driver does that forgets the event it had put into the output fence.
void ForgottenEvents(Test& test) {
  World world(test);
  CERTIFY_REQUIRE(test, world.ready, "no graph");
  std::vector<onnxEvent> forgotten;
  for (int i = 0; i < 100 && !test.failed(); ++i) {
    onnxEvent made[2] = {};
    for (onnxEvent& event : made) {
      CERTIFY_STATUS(test, test.plugin().onnxInitEvent(world.backend, &event),
                     kSuccess, "an event");
    }
    const onnxMemoryFenceV1 from = EventFence(made[0]);
    onnxMemoryFenceV1 to = EventFence(made[1]);
    CERTIFY_STATUS(test, test.plugin().onnxRunGraph(world.graph, &from, &to),
                   kSuccess, "a run");
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(made[0]), kSuccess,
                   "the input event");
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(to.event), kSuccess,
                   "a run");
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(to.event), kSuccess,
                   "the output event");
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(made[0]), kSuccess,
                   "the input event");
    forgotten.push_back(made[1]);
  }
  world.ReleaseGraph();
  world.ReleaseBackend();
  world.ReleaseIds();
  for (onnxEvent event : forgotten) {
    CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(event), kSuccess,
                   "an event whose backend has gone");
  }
  world.ReleaseEvent();
}

}  // namespace

void AddReleaseTests(TestList* list) {
  const auto add = [list](const char* name, std::vector<std::string> ids,
                          void (*run)(Test&)) {
    list->Add(StrCat("release/", name), std::move(ids), run);
  };
  add("any_order", {"R-118", "R-122", "R-123", "R-124", "R-293"}, &AnyOrder);
  add("backend_with_a_live_event", {"R-120", "R-122", "R-129", "R-153"},
      &BackendWithALiveEvent);
  add("backend_during_a_run", {"R-123", "R-124"}, &BackendDuringARun);
  add("graph_waits_for_its_runs", {"R-181", "R-182"}, &GraphWaitsForItsRuns);
  add("graph_waits_for_a_signal", {"R-181"}, &GraphWaitsForASignal);
  add("buffers_go_with_the_graph", {"R-183"}, &BuffersGoWithTheGraph);
  add("graph_twice", {"R-180", "R-221"}, &GraphTwice);
  add("forgotten_events", {"R-290"}, &ForgottenEvents);
}

}  // namespace onnxifi::conformance
