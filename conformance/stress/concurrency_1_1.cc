// Many threads at once, through interface 1.1.
#include <atomic>
#include <thread>

#include "client/abi_value.h"
#include "conformance/interface/runs.h"
#include "conformance/runner/suite.h"
#include "conformance/stress/crowd.h"

namespace onnxifi::conformance {
namespace {

constexpr size_t kThreads = 6;

bool IsSafe(Test& test, Session& session) {
  if ((session.InfoNumber(ONNXIFI_BACKEND_CAPABILITIES, 0) &
       ONNXIFI_CAPABILITY_THREAD_SAFE) != 0) {
    return true;
  }
  test.Unsupported("the backend is not THREAD_SAFE");
  return false;
}

// What runs of threads need of their own.
struct Place {
  std::vector<float> x = std::vector<float>(6, 0);
  float y[6] = {};
  bool received = false;

  void Fill(float first) {
    for (size_t i = 0; i < 6; ++i) x[i] = first + static_cast<float>(i);
    received = false;
  }
  std::string Look(const ProbeModel& model) const {
    for (size_t i = 0; i < 6; ++i) {
      const float wanted = model.result(x[i]);
      if (y[i] != wanted) {
        return StrCat("element ", i, " is ", y[i], ", not ", wanted);
      }
    }
    return received ? "" : "no output came";
  }
  static onnxStatus ONNXIFI_ABI Take(void* context, uint32_t,
                                     const onnxValue* value) {
    auto& self = *static_cast<Place*>(context);
    if (value->dataSize != sizeof(self.y)) return ONNXIFI_STATUS_INVALID_SIZE;
    std::memcpy(self.y, value->data, sizeof(self.y));
    self.received = true;
    return ONNXIFI_STATUS_SUCCESS;
  }
};

// One graph, or a context for each thread, on values.
void ValuesOnManyThreads(Test& test, int milliseconds, bool contexts) {
  Client11 client(test);
  if (!client.Offers(client.table().runValues, "runValues") ||
      (contexts &&
       !client.Offers(client.table().createContext, "createContext")) ||
      client.session().model() == nullptr || !IsSafe(test, client.session())) {
    return;
  }
  const ProbeModel& model = *client.session().model();
  onnxGraph graph = client.session().NewGraph(model.bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  std::vector<Place> places(kThreads);
  std::vector<onnxGraph> graphs(kThreads, graph);
  for (onnxGraph& one : graphs) {
    if (contexts) one = client.NewContext(graph);
    CERTIFY_REQUIRE(test, one != nullptr, "no context");
  }
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) {
    Place& place = places[thread];
    place.Fill(static_cast<float>(thread * 100 + turn % 100));
    const uint64_t shape[] = {2, 3};
    onnxValue x = New<onnxValue>();
    x.kind = ONNXIFI_VALUE_KIND_TENSOR;
    x.name = "x";
    x.dataType = ONNXIFI_DATATYPE_FLOAT32;
    x.dimensions = 2;
    x.shape = shape;
    x.data = place.x.data();
    x.dataSize = sizeof(place.y);
    auto arguments = Client11::RunArguments(graphs[thread], {&x, 1}, nullptr);
    arguments.receive = &Place::Take;
    arguments.receiveContext = &place;
    const std::string wrong =
        Wrong(client.table().runValues(&arguments), "runValues");
    return wrong.empty() ? place.Look(model) : wrong;
  });
}

void ValuesOfOneGraph(Test& test, int milliseconds) {
  ValuesOnManyThreads(test, milliseconds, false);
}
void ValuesOfContexts(Test& test, int milliseconds) {
  ValuesOnManyThreads(test, milliseconds, true);
}

// Contexts are made, used and released while others of the graph run.
void ContextsComeAndGo(Test& test, int milliseconds) {
  Client11 client(test);
  if (!client.Offers(client.table().createContext, "createContext") ||
      client.session().model() == nullptr || !IsSafe(test, client.session())) {
    return;
  }
  const Plugin& f = test.plugin();
  const ProbeModel& model = *client.session().model();
  onnxGraph graph = client.session().NewGraph(model.bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  onnxEvent gate = client.session().NewSignalledEvent();
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) -> std::string {
    onnxGraph context = nullptr;
    auto create = New<onnxCreateContextArguments>();
    create.graph = graph;
    create.context = &context;
    std::string wrong =
        Wrong(client.table().createContext(&create), "createContext");
    if (!wrong.empty()) return wrong;
    ProbeTensors tensors({2, 3}, static_cast<float>(thread + turn % 50));
    const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.x.bytes().data());
    const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.y.bytes().data());
    const onnxMemoryFenceV1 from = EventFence(gate);
    onnxMemoryFenceV1 to = EventFence(nullptr);
    wrong = Wrong(f.onnxSetGraphIO(context, 1, &x, 1, &y), "onnxSetGraphIO");
    if (wrong.empty()) {
      wrong = Wrong(f.onnxRunGraph(context, &from, &to), "onnxRunGraph");
    }
    // It waits for the run.
    const std::string released =
        Wrong(f.onnxReleaseGraph(context), "onnxReleaseGraph");
    if (wrong.empty()) wrong = released;
    if (wrong.empty()) wrong = tensors.Wrong(model);
    if (to.event != nullptr) Ignore(f.onnxReleaseEvent(to.event));
    return wrong;
  });
}

// Runs of one graph with descriptors of their own, some of which are stopped.
void StartedAndStopped(Test& test, int milliseconds) {
  RunClient runs(test);
  if (!runs.ready() || !IsSafe(test, runs.session())) return;
  const Plugin& f = test.plugin();
  const auto start = runs.client().table().startRun;
  onnxBackend backend = runs.session().backend();
  const ProbeModel& model = runs.model();
  std::atomic<int> stopped{0};
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t turn) -> std::string {
    ProbeTensors tensors({2, 3}, static_cast<float>(thread * 10 + turn % 10));
    const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.x.bytes().data());
    const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.y.bytes().data());
    onnxEvent cancel = nullptr;
    onnxEvent event = nullptr;
    std::string wrong =
        Wrong(f.onnxInitEvent(backend, &cancel), "onnxInitEvent");
    if (!wrong.empty()) return wrong;
    Told told;
    onnxStartRunArguments with = runs.Arguments(&told);
    with.inputsCount = with.outputsCount = 1;
    with.inputDescriptors = &x;
    with.outputDescriptors = &y;
    with.cancelEvent = cancel;
    with.correlationId = thread * 1000 + turn;
    with.event = &event;
    if (turn % 4 == 0) with.deadlineNs = NowNs() + turn % 50 * 1000;
    wrong = Wrong(start(&with), "startRun");
    if (!wrong.empty()) return wrong;
    const bool stop = turn % 3 == 0;
    if (stop) wrong = Wrong(f.onnxSignalEvent(cancel), "onnxSignalEvent");
    const onnxStatus ended = f.onnxWaitEvent(event);
    if (!told.Wait()) return "`done` was not called in 20 seconds";
    const bool may_stop =
        (stop && ended == ONNXIFI_STATUS_CANCELLED) ||
        (turn % 4 == 0 && ended == ONNXIFI_STATUS_DEADLINE_EXCEEDED);
    if (may_stop) {
      ++stopped;
    } else if (wrong.empty()) {
      wrong = Wrong(ended, "the run");
      if (wrong.empty()) wrong = tensors.Wrong(model);
    }
    if (wrong.empty() &&
        (told.status() != ended || told.id() != with.correlationId ||
         told.calls() != 1)) {
      wrong = StrCat("`done` was told ", StatusText(told.status()), " of run ",
                     told.id(), ", the wait ", StatusText(ended), " of run ",
                     with.correlationId);
    }
    Ignore(f.onnxReleaseEvent(event));
    Ignore(f.onnxReleaseEvent(cancel));
    return wrong;
  });
  test.Show("stopped", stopped);
}

// Failures of many threads: each reads its own.
void FailuresOfManyThreads(Test& test, int milliseconds) {
  Client11 client(test);
  if (!client.Offers(client.table().getError, "getError")) return;
  Crowd crowd(test, milliseconds);
  crowd.Run(kThreads, [&](size_t thread, size_t) -> std::string {
    const Plugin& f = test.plugin();
    onnxStatus wanted = ONNXIFI_STATUS_SUCCESS;
    size_t size = 0;
    if (thread % 2 == 0) {
      wanted = f.onnxGetBackendInfo(nullptr, 1, nullptr, &size);
    } else {
      wanted = f.onnxGetBackendInfo(client.id(), 12345, nullptr, &size);
    }
    auto error = New<onnxErrorInfo>();
    auto arguments = New<onnxGetErrorArguments>();
    arguments.backendID = client.id();
    arguments.error = &error;
    const std::string wrong =
        Wrong(client.table().getError(&arguments), "getError");
    if (!wrong.empty()) return wrong;
    return error.status == wanted
               ? ""
               : StrCat("getError tells ", StatusText(error.status),
                        " on a thread that has got ", StatusText(wanted));
  });
}

using Function = void (*)(Test&, int);

}  // namespace

void AddConcurrency11Tests(TestList* list) {
  const struct {
    const char* name;
    Profile profile;
    std::vector<std::string> requirements;
    Function function;
  } kRows[] = {
      {"values_of_one_graph", Profile::kCore, {"R-ext-17"}, &ValuesOfOneGraph},
      {"values_of_contexts", Profile::kCore, {"R-ext-40"}, &ValuesOfContexts},
      {"contexts_come_and_go",
       Profile::kCore,
       {"R-ext-39", "R-ext-41"},
       &ContextsComeAndGo},
      {"started_and_stopped",
       Profile::kAsync,
       {"R-ext-31", "R-ext-42", "R-ext-44"},
       &StartedAndStopped},
      {"failures", Profile::kCore, {"R-ext-36"}, &FailuresOfManyThreads}};
  for (const bool quick : {true, false}) {
    list->quick = quick;
    list->seconds = quick ? 60 : 180;
    for (const auto& row : kRows) {
      list->profile = row.profile;
      const Function function = row.function;
      list->Add(StrCat(quick ? "stress/threads_11/" : "stress/long_threads_11/",
                       row.name),
                row.requirements, [function, quick](Test& test) {
                  function(test, quick ? 400 : 15000);
                });
    }
  }
}

}  // namespace onnxifi::conformance
