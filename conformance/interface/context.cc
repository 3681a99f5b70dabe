// Interface 1.1: contexts of a graph, and statistics.
#include <algorithm>
#include <thread>

#include "base/model_builder.h"
#include "conformance/interface/runs.h"
#include "conformance/interface/value_models.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// A graph of the probe model, or of another, and contexts of it.
class Contexts {
 public:
  explicit Contexts(Test& test) : test_(test), client_(test) {
    ready_ = client_.Offers(client_.table().createContext, "createContext") &&
             session().model() != nullptr;
  }
  bool ready() const { return ready_; }
  Client11& client() { return client_; }
  Session& session() { return client_.session(); }
  const ProbeModel& model() { return *session().model(); }
  void Release(onnxGraph graph, const char* what) {
    session().DisownGraph(graph);
    CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, what);
  }
  // One run with memory of its own.
  void ExpectRuns(onnxGraph graph, float first, const char* what) {
    ProbeTensors tensors({2, 3}, first);
    if (!session().Bind(graph, tensors) || !session().Run(graph)) return;
    const std::string wrong = tensors.Wrong(model());
    CERTIFY_CHECK(test_, wrong.empty(), what, ": ", wrong);
  }

 private:
  Test& test_;
  Client11 client_;
  bool ready_ = false;
};

void ContextsAreGraphs(Test& test) {
  Contexts with(test);
  if (!with.ready()) return;
  onnxGraph graph = with.session().NewGraph(with.model().bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  ProbeTensors tensors({2, 3}, 50);
  CERTIFY_REQUIRE(test, with.session().Bind(graph, tensors), "no binding");
  onnxGraph context = with.client().NewContext(graph);
  onnxGraph second = with.client().NewContext(context);
  CERTIFY_REQUIRE(test, context != nullptr && second != nullptr, "no context");
  CERTIFY_CHECK(test, context != graph && second != graph && second != context,
                "a context has the handle of another");
  // The binding of the graph is not theirs.
  onnxEvent gate = with.session().NewSignalledEvent();
  for (onnxGraph one : {context, second}) {
    const onnxMemoryFenceV1 from = EventFence(gate);
    onnxMemoryFenceV1 to = EventFence(nullptr);
    CERTIFY_STATUS(test, test.plugin().onnxRunGraph(one, &from, &to),
                   ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                   "a context that has no binding of its own");
  }
  with.ExpectRuns(context, 3, "a context");
  with.ExpectRuns(second, 4, "a context of a context");
  if (with.client().table().runValues != nullptr) {
    with.client().RunsProbe(context, "a context on values");
  }
  // Theirs are not the graph's.
  CERTIFY_CHECK(test, tensors.untouched(),
                "a context wrote the graph's memory");
  CERTIFY_REQUIRE(test, with.session().Run(graph), "no run");
  CERTIFY_CHECK(test, tensors.Wrong(with.model()).empty(),
                tensors.Wrong(with.model()));
}

// A run of a context does not wait for that of another.
void QueuesAreTheirOwn(Test& test) {
  Contexts with(test);
  if (!with.ready()) return;
  onnxGraph graph = with.session().NewGraph(with.model().bytes);
  ProbeTensors mine({2, 3}, 1);
  ProbeTensors theirs({2, 3}, 9);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  onnxGraph context = with.client().NewContext(graph);
  CERTIFY_REQUIRE(test,
                  context != nullptr && with.session().Bind(graph, mine) &&
                      with.session().Bind(context, theirs),
                  "no binding");
  for (const bool graph_first : {true, false}) {
    onnxEvent gate = with.session().NewEvent();
    onnxGraph gated = graph_first ? graph : context;
    onnxGraph free = graph_first ? context : graph;
    onnxEvent waiting = with.session().Start(gated, gate);
    CERTIFY_REQUIRE(test, waiting != nullptr && with.session().Run(free),
                    "no run");
    onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
    CERTIFY_STATUS(test, test.plugin().onnxGetEventState(waiting, &state),
                   ONNXIFI_STATUS_SUCCESS, "of a run that waits");
    CERTIFY_CHECK(test, state == ONNXIFI_EVENT_STATE_NONSIGNALLED,
                  "a run has not waited for its gate");
    CERTIFY_CHECK(test, (graph_first ? mine : theirs).untouched(),
                  "a run has not waited for its gate");
    CERTIFY_STATUS(test, test.plugin().onnxSignalEvent(gate),
                   ONNXIFI_STATUS_SUCCESS, "a gate");
    CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(waiting),
                   ONNXIFI_STATUS_SUCCESS, "a run behind a gate");
    for (ProbeTensors* one : {&mine, &theirs}) {
      const std::string wrong = one->Wrong(with.model());
      CERTIFY_CHECK(test, wrong.empty(), wrong);
      one->y.Poison();
    }
  }
  with.Release(context, "a context");
  with.Release(graph, "a graph");
}

void ReleasedInAnyOrder(Test& test) {
  Contexts with(test);
  if (!with.ready()) return;
  std::vector<size_t> order = {0, 1, 2};
  do {
    std::vector<onnxGraph> all = {with.session().NewGraph(with.model().bytes)};
    CERTIFY_REQUIRE(test, all[0] != nullptr, "no graph");
    all.push_back(with.client().NewContext(all[0]));
    all.push_back(with.client().NewContext(all[0]));
    CERTIFY_REQUIRE(test, all[1] != nullptr && all[2] != nullptr, "no context");
    for (size_t i = 0; i < 3; ++i) {
      onnxGraph now = all[order[i]];
      // Those that are left go on.
      for (size_t k = i; k < 3; ++k) {
        with.ExpectRuns(all[order[k]], static_cast<float>(k),
                        "after others were released");
      }
      with.Release(now, "in any order");
      CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(now),
                     ONNXIFI_STATUS_INVALID_GRAPH, "released twice");
      onnxGraph none = &none;
      auto arguments = New<onnxCreateContextArguments>();
      arguments.graph = now;
      arguments.context = &none;
      CERTIFY_STATUS(test, with.client().table().createContext(&arguments),
                     ONNXIFI_STATUS_INVALID_GRAPH, "of a released graph");
      CERTIFY_CHECK(test, none == nullptr, "a context of a released graph");
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

// Weights are there once: a context costs far less than a graph.
void WeightsAreShared(Test& test) {
  Contexts with(test);
  if (!with.ready()) return;
  constexpr int64_t kSide = 1024;
  const std::vector<float> weight(kSide * kSide, 1.5f);
  const std::string model = wire::ModelBuilder(8, 13)
                                .Input("x", wire::kFloat, {1, kSide})
                                .Output("y", wire::kFloat, {1, kSide})
                                .Node("MatMul", {"x", "w"}, {"y"})
                                .Initializer(wire::TensorOf<float>(
                                    "w", wire::kFloat, {kSide, kSide}, weight))
                                .Build();
  if (test.plugin().onnxGetBackendCompatibility(with.session().id(),
                                                model.size(), model.data()) !=
      ONNXIFI_STATUS_SUCCESS) {
    with.client().Unsupported("the backend has no MatMul");
    return;
  }
  onnxGraph graph = with.session().NewGraph(model);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  std::vector<onnxGraph> contexts;
  for (int i = 0; i < 100; ++i) {
    contexts.push_back(with.client().NewContext(graph));
    CERTIFY_REQUIRE(test, contexts.back() != nullptr,
                    "no room for 100 contexts of a graph with 4 MiB of "
                    "weights, which they share");
  }
  const std::vector<float> x(kSide, 2);
  std::vector<float> y(kSide, 0);
  const uint64_t shape[] = {1, kSide};
  for (onnxGraph context : {contexts.front(), contexts.back(), graph}) {
    const auto in = Describe("x", ONNXIFI_DATATYPE_FLOAT32, shape, x.data());
    const auto out = Describe("y", ONNXIFI_DATATYPE_FLOAT32, shape, y.data());
    std::fill(y.begin(), y.end(), 0.f);
    CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(context, 1, &in, 1, &out),
                   ONNXIFI_STATUS_SUCCESS, with.client().LastError());
    CERTIFY_REQUIRE(test, with.session().Run(context), "no run");
    CERTIFY_CHECK(test, y[0] == 3 * kSide && y[kSide - 1] == 3 * kSide,
                  "wrong result of a context: ", y[0]);
  }
  for (onnxGraph one : contexts) with.Release(one, "one of many contexts");
  with.Release(graph, "a graph whose contexts are gone");
}

// They do not count for the largest number of graphs.
void TheyDoNotCount(Test& test) {
  Contexts with(test);
  if (!with.ready()) return;
  const uint64_t most =
      with.session().InfoNumber(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, 0);
  onnxGraph graph = with.session().NewGraph(with.model().bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const uint64_t count = most > 0 && most < 200 ? most + 3 : 200;
  for (uint64_t i = 0; i < count; ++i) {
    onnxGraph context = with.client().NewContext(graph);
    CERTIFY_REQUIRE(test, context != nullptr, "context ", i,
                    " of a backend of ", most, " graphs");
  }
}

// Every model has contexts, those that need values, too.
void OfGraphsOnValues(Test& test) {
  Contexts with(test);
  if (!with.ready()) return;
  Client11& client = with.client();
  if (!client.Offers(client.table().initGraph, "initGraph") ||
      !client.Offers(client.table().checkModel, "checkModel") ||
      !client.Offers(client.table().runValues, "runValues")) {
    return;
  }
  size_t taken = 0;
  for (const ValueCase& one : ValueCases()) {
    if (!client.Takes(one.model)) continue;
    ++taken;
    onnxGraph graph = client.NewGraph(one.model);
    CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
    onnxGraph context = client.NewContext(graph);
    CERTIFY_REQUIRE(test, context != nullptr, "no context");
    client.RunsTo(context, one.inputs(), one.outputs(), one.what);
    with.Release(graph, "a graph with a context");
    client.RunsTo(context, one.inputs(), one.outputs(), one.what);
  }
  if (taken == 0) client.Unsupported("the backend takes no such models");
}

void BadArguments(Test& test) {
  Contexts with(test);
  if (!with.ready()) return;
  onnxGraph graph = with.session().NewGraph(with.model().bytes);
  onnxGraph context = &context;
  auto good = New<onnxCreateContextArguments>();
  good.graph = graph;
  good.context = &context;
  const auto create = with.client().table().createContext;
  auto bad = good;
  bad.context = nullptr;
  CERTIFY_STATUS(test, create(&bad), ONNXIFI_STATUS_INVALID_POINTER,
                 "context == NULL");
  std::vector<NoHandle> graphs(NoHandles().begin(), NoHandles().end());
  graphs.push_back({"a backend", with.session().backend()});
  graphs.push_back({"an event", with.session().NewEvent()});
  for (const NoHandle& none : graphs) {
    context = &context;
    bad = good;
    bad.graph = none.value;
    CERTIFY_STATUS(test, create(&bad), ONNXIFI_STATUS_INVALID_GRAPH, none.what);
    CERTIFY_CHECK(test, context == nullptr, "a context of ", none.what);
  }
}

// ---- Statistics

onnxStatus StatisticsOf(Client11& client, onnxGraph graph,
                        onnxGraphStatistics* statistics) {
  auto arguments = New<onnxGetStatisticsArguments>();
  arguments.graph = graph;
  arguments.statistics = statistics;
  return client.table().getStatistics(&arguments);
}

void RunsAreCounted(Test& test) {
  Client11 client(test);
  if (!client.Offers(client.table().getStatistics, "getStatistics") ||
      client.session().model() == nullptr) {
    return;
  }
  Session& session = client.session();
  onnxGraph graph = session.NewGraph(session.model()->bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  ProbeTensors tensors({2, 3});
  const auto expect = [&](onnxGraph of, uint64_t completed, uint64_t failed,
                          const char* what) {
    auto statistics = New<onnxGraphStatistics>();
    CERTIFY_STATUS(test, StatisticsOf(client, of, &statistics),
                   ONNXIFI_STATUS_SUCCESS, what);
    CERTIFY_CHECK(test,
                  statistics.structSize >= sizeof(statistics) &&
                      statistics.weightBytes >= -1 &&
                      statistics.workspaceBytes >= -1,
                  what, ": ", statistics.weightBytes, " bytes of weights, ",
                  statistics.workspaceBytes, " of workspace");
    CERTIFY_CHECK(test,
                  statistics.runsCompleted == completed &&
                      statistics.runsFailed == failed,
                  what, ": ", statistics.runsCompleted, " runs completed, ",
                  statistics.runsFailed, " failed; it was ", completed, " and ",
                  failed);
  };
  expect(graph, 0, 0, "a new graph");
  CERTIFY_REQUIRE(test, session.Bind(graph, tensors), "no binding");
  for (uint64_t i = 1; i <= 5; ++i) {
    CERTIFY_REQUIRE(test, session.Run(graph), "no run");
    expect(graph, i, 0, "after a run");
  }
  // A run that is cancelled by the release of its gate.
  onnxEvent gate = session.NewEvent();
  onnxEvent done = session.Start(graph, gate);
  session.DisownEvent(gate);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseEvent(gate),
                 ONNXIFI_STATUS_SUCCESS, "a gate");
  CERTIFY_STATUS(test, test.plugin().onnxWaitEvent(done),
                 ONNXIFI_STATUS_INTERNAL_ERROR, "its gate was released");
  expect(graph, 5, 1, "after a run that was cancelled");
  if (client.table().createContext != nullptr) {
    onnxGraph context = client.NewContext(graph);
    expect(context, 0, 0, "a new context");
    CERTIFY_REQUIRE(test, session.Bind(context, tensors), "no binding");
    CERTIFY_REQUIRE(test, session.Run(context), "no run");
    expect(context, 1, 0, "a context");
    expect(graph, 5, 1, "the graph of a context");
    session.DisownGraph(context);
    CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(context),
                   ONNXIFI_STATUS_SUCCESS, "a context");
  }
  if (client.table().runValues != nullptr) {
    client.RunsProbe(graph, "on values");
    expect(graph, 6, 1, "after a run on values");
  }
  session.DisownGraph(graph);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                 ONNXIFI_STATUS_SUCCESS, "a graph");
}

void StatisticsRefuseBadArguments(Test& test) {
  Client11 client(test);
  const auto get = client.table().getStatistics;
  if (!client.Offers(get, "getStatistics") ||
      client.session().model() == nullptr) {
    return;
  }
  onnxGraph graph = client.session().NewGraph(client.session().model()->bytes);
  auto statistics = New<onnxGraphStatistics>();
  statistics.runsCompleted = 4711;
  std::vector<NoHandle> graphs(NoHandles().begin(), NoHandles().end());
  graphs.push_back({"a backend", client.session().backend()});
  for (const NoHandle& none : graphs) {
    CERTIFY_STATUS(test, StatisticsOf(client, none.value, &statistics),
                   ONNXIFI_STATUS_INVALID_GRAPH, none.what);
  }
  CERTIFY_STATUS(test, StatisticsOf(client, graph, nullptr),
                 ONNXIFI_STATUS_INVALID_POINTER, "statistics == NULL");
  for (const uint32_t size : {0u, 4u, 8u, 55u}) {
    statistics.structSize = std::min<uint32_t>(size, sizeof(statistics) - 1);
    CERTIFY_STATUS(test, StatisticsOf(client, graph, &statistics),
                   ONNXIFI_STATUS_INVALID_SIZE, "statistics->structSize is ",
                   size);
  }
  CERTIFY_CHECK(test, statistics.runsCompleted == 4711,
                "refused calls have changed *statistics");
  // What lies behind the structure of this version stays as it is.
  struct {
    onnxGraphStatistics known = New<onnxGraphStatistics>();
    uint64_t behind = 0x0123456789abcdef;
  } exact;
  CERTIFY_STATUS(test, StatisticsOf(client, graph, &exact.known),
                 ONNXIFI_STATUS_SUCCESS, client.LastError());
  CERTIFY_CHECK(test, exact.behind == 0x0123456789abcdef,
                "bytes behind structSize were written");
  Later<onnxGraphStatistics> later(New<onnxGraphStatistics>());
  CERTIFY_STATUS(test, StatisticsOf(client, graph, &later.known),
                 ONNXIFI_STATUS_SUCCESS, "a structure of a later version");
}

}  // namespace

void AddContextTests(TestList* list) {
  std::string at = "interface/context/";
  list->Add(at + "contexts_are_graphs", {"R-ext-39"}, &ContextsAreGraphs);
  list->Add(at + "queues_are_their_own", {"R-ext-39", "R-ext-40"},
            &QueuesAreTheirOwn);
  list->Add(at + "released_in_any_order", {"R-ext-41"}, &ReleasedInAnyOrder);
  list->Add(at + "weights_are_shared", {"R-ext-39"}, &WeightsAreShared);
  list->Add(at + "they_do_not_count", {"R-ext-41"}, &TheyDoNotCount);
  list->Add(at + "of_graphs_on_values", {"R-ext-39", "R-ext-41"},
            &OfGraphsOnValues);
  list->Add(at + "bad_arguments", {"R-ext-39"}, &BadArguments);
  at = "interface/statistics/";
  list->Add(at + "runs_are_counted", {"R-ext-56"}, &RunsAreCounted);
  list->Add(at + "bad_arguments", {"R-ext-56"}, &StatisticsRefuseBadArguments);
}

}  // namespace onnxifi::conformance
