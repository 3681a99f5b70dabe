// What is released is given back: memory, open files, threads.
#include "base/model_builder.h"
#include "client/abi_value.h"
#include "conformance/interface/memories.h"
#include "conformance/interface/runs.h"
#include "conformance/interface/value_models.h"
#include "conformance/runner/suite.h"
#include "conformance/stress/usage.h"

namespace onnxifi::conformance {
namespace {

const GrowthPlan kQuick;
const GrowthPlan kLong = {20, 12, 50, 1000};
// Of what grows at first sight.
const GrowthPlan kConfirm = {20, 6, 50, 1000};

void Measure(Test& test, const GrowthPlan& plan, const std::string& what,
             const std::function<bool()>& cycle) {
  Growth growth = MeasureGrowth(cycle, plan);
  // Allocators and free lists settle late: only what goes on counts.
  if (!growth.leak.empty() && !test.failed()) {
    growth = MeasureGrowth(cycle, kConfirm);
  }
  if (test.failed()) return;
  test.Count();
  test.Show("cycles", growth.cycles);
  test.Show("bytes of heap a cycle", growth.heap_per_cycle);
  if (!growth.leak.empty()) test.Leak(StrCat(what, ": ", growth.leak));
}

// Fails the test when a call of a cycle does not do what it did before.
bool Good(Test& test, onnxStatus status, const char* call) {
  if (Done(status)) return true;
  test.Fail(
      __FILE__, __LINE__,
      StrCat(call, " returns ", StatusText(status), " after many cycles"));
  return false;
}

// A model that holds something: 16 KiB of weights where the backend can.
std::string WeightyModel(Session& session) {
  const std::vector<float> weight(64 * 64, 0.5f);
  const std::string model = wire::ModelBuilder(8, 13)
                                .Input("x", wire::kFloat, {2, 64})
                                .Output("y", wire::kFloat, {2, 64})
                                .Node("MatMul", {"x", "w"}, {"y"})
                                .Initializer(wire::TensorOf<float>(
                                    "w", wire::kFloat, {64, 64}, weight))
                                .Build();
  if (session.plugin().onnxGetBackendCompatibility(
          session.id(), model.size(), model.data()) == ONNXIFI_STATUS_SUCCESS) {
    return model;
  }
  return session.model() == nullptr ? "" : session.model()->bytes;
}

void Ids(Test& test, const GrowthPlan& plan) {
  const Plugin& f = test.plugin();
  Measure(test, plan, "onnxGetBackendIDs and its releases", [&] {
    onnxBackendID ids[64] = {};
    size_t count = 64;
    if (!Good(test, f.onnxGetBackendIDs(ids, &count), "onnxGetBackendIDs")) {
      return false;
    }
    for (size_t i = 0; i < count; ++i) {
      char text[1024];
      for (const int selector : {1, 2, 3, 4, 5, 7, 8}) {
        size_t size = sizeof(text);
        Ignore(f.onnxGetBackendInfo(ids[i], selector, text, &size));
      }
    }
    for (size_t i = 0; i < count; ++i) {
      if (!Good(test, f.onnxReleaseBackendID(ids[i]), "onnxReleaseBackendID")) {
        return false;
      }
    }
    return true;
  });
}

void Backends(Test& test, const GrowthPlan& plan) {
  Session session(test);
  if (!session.ready()) return;
  const Plugin& f = test.plugin();
  Measure(test, plan, "a backend and its release", [&] {
    onnxBackend backend = nullptr;
    return Good(test, f.onnxInitBackend(session.id(), nullptr, &backend),
                "onnxInitBackend") &&
           Good(test, f.onnxReleaseBackend(backend), "onnxReleaseBackend");
  });
}

void Events(Test& test, const GrowthPlan& plan) {
  Session session(test);
  if (!session.ready() || session.backend() == nullptr) return;
  const Plugin& f = test.plugin();
  int round = 0;
  Measure(test, plan, "an event and its release", [&] {
    onnxEvent event = nullptr;
    if (!Good(test, f.onnxInitEvent(session.backend(), &event),
              "onnxInitEvent")) {
      return false;
    }
    // Signalled or not, waited for or not.
    if (++round % 2 == 0) {
      if (!Good(test, f.onnxSignalEvent(event), "onnxSignalEvent") ||
          !Good(test, f.onnxWaitEvent(event), "onnxWaitEvent")) {
        return false;
      }
    }
    return Good(test, f.onnxReleaseEvent(event), "onnxReleaseEvent");
  });
}

void Graphs(Test& test, const GrowthPlan& plan) {
  Session session(test);
  if (!session.ready()) return;
  const std::string model = WeightyModel(session);
  const Plugin& f = test.plugin();
  if (model.empty() || session.backend() == nullptr) return;
  Measure(test, plan, "a graph and its release", [&] {
    onnxGraph graph = nullptr;
    return Good(test,
                f.onnxInitGraph(session.backend(), nullptr, model.size(),
                                model.data(), 0, nullptr, &graph),
                "onnxInitGraph") &&
           Good(test, f.onnxReleaseGraph(graph), "onnxReleaseGraph");
  });
}

// One run, with its events; and what is bound anew before it.
bool RunOnce(Test& test, onnxBackend backend, onnxGraph graph,
             ProbeTensors& tensors) {
  const Plugin& f = test.plugin();
  const auto x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                          tensors.x.bytes().data());
  const auto y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                          tensors.y.bytes().data());
  onnxEvent gate = nullptr;
  if (!Good(test, f.onnxSetGraphIO(graph, 1, &x, 1, &y), "onnxSetGraphIO") ||
      !Good(test, f.onnxInitEvent(backend, &gate), "onnxInitEvent")) {
    return false;
  }
  const onnxMemoryFenceV1 from = EventFence(gate);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  return Good(test, f.onnxRunGraph(graph, &from, &to), "onnxRunGraph") &&
         Good(test, f.onnxSignalEvent(gate), "onnxSignalEvent") &&
         Good(test, f.onnxWaitEvent(to.event), "onnxWaitEvent") &&
         Good(test, f.onnxReleaseEvent(to.event), "onnxReleaseEvent") &&
         Good(test, f.onnxReleaseEvent(gate), "onnxReleaseEvent");
}

void Runs(Test& test, const GrowthPlan& plan) {
  Session session(test);
  if (!session.ready() || session.model() == nullptr) return;
  onnxGraph graph = session.NewGraph(session.model()->bytes);
  if (graph == nullptr) return;
  ProbeTensors tensors({2, 3});
  Measure(test, plan, "a binding, and a run with its events",
          [&] { return RunOnce(test, session.backend(), graph, tensors); });
  session.DisownGraph(graph);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                 ONNXIFI_STATUS_SUCCESS, "at the end");
}

// Runs whose gate goes without a signal.
void CancelledRuns(Test& test, const GrowthPlan& plan) {
  Session session(test);
  if (!session.ready() || session.model() == nullptr) return;
  onnxGraph graph = session.NewGraph(session.model()->bytes);
  ProbeTensors tensors({2, 3});
  if (graph == nullptr || !session.Bind(graph, tensors)) return;
  const Plugin& f = test.plugin();
  Measure(
      test, plan, "a run that is cancelled by the release of its gate", [&] {
        onnxEvent gate = nullptr;
        if (!Good(test, f.onnxInitEvent(session.backend(), &gate),
                  "onnxInitEvent")) {
          return false;
        }
        const onnxMemoryFenceV1 from = EventFence(gate);
        onnxMemoryFenceV1 to = EventFence(nullptr);
        if (!Good(test, f.onnxRunGraph(graph, &from, &to), "onnxRunGraph") ||
            !Good(test, f.onnxReleaseEvent(gate), "onnxReleaseEvent")) {
          return false;
        }
        Ignore(f.onnxWaitEvent(to.event));
        return Good(test, f.onnxReleaseEvent(to.event), "onnxReleaseEvent");
      });
  session.DisownGraph(graph);
  CERTIFY_STATUS(test, f.onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS,
                 "at the end");
}

// Calls that fail leave nothing behind, either.
void Failures(Test& test, const GrowthPlan& plan) {
  Session session(test);
  if (!session.ready() || session.model() == nullptr) return;
  const Plugin& f = test.plugin();
  const std::string& good = session.model()->bytes;
  const std::string models[] = {
      std::string(64, '\xff'), good.substr(0, good.size() - 3),
      wire::ModelBuilder(8, 13)
          .Input("x", wire::kFloat, {2, 3})
          .Output("y", wire::kFloat, {2, 3})
          .Node("NoSuchOperator", {"x"}, {"y"})
          .Initializer(wire::TensorOf<float>("w", wire::kFloat, {1024},
                                             std::vector<float>(1024, 1)))
          .Build(),
      wire::ModelBuilder(8, 13)
          .Input("x", wire::kFloat, {2, 3})
          .Output("y", wire::kFloat, {3, 2})
          .Node("Identity", {"x"}, {"y"})
          .Build()};
  onnxGraph graph = session.NewGraph(good);
  ProbeTensors tensors({2, 3});
  Measure(test, plan, "calls that fail", [&] {
    for (const std::string& model : models) {
      onnxGraph none = nullptr;
      const onnxStatus status =
          f.onnxInitGraph(session.backend(), nullptr, model.size(),
                          model.data(), 0, nullptr, &none);
      if (Done(status)) return Good(test, ONNXIFI_STATUS_INVALID_MODEL, "bad");
      Ignore(f.onnxGetBackendCompatibility(session.id(), model.size(),
                                           model.data()));
    }
    const auto x = Describe("nobody", ONNXIFI_DATATYPE_FLOAT32, tensors.shape,
                            tensors.x.bytes().data());
    Ignore(f.onnxSetGraphIO(graph, 1, &x, 1, &x));
    Ignore(f.onnxReleaseEvent(nullptr));
    onnxBackend backend = nullptr;
    const uint64_t unknown[] = {0x7fffffff, 1, 0};
    Ignore(f.onnxInitBackend(session.id(), unknown, &backend));
    return true;
  });
}

// All of it, from the IDs on.
void Sessions(Test& test, const GrowthPlan& plan) {
  const Plugin& f = test.plugin();
  std::string model;
  {
    Session first(test);
    if (!first.ready() || first.model() == nullptr) return;
    model = first.model()->bytes;
  }
  ProbeTensors tensors({2, 3});
  Measure(test, plan, "a whole session", [&] {
    onnxBackendID ids[64] = {};
    size_t count = 64;
    if (!Good(test, f.onnxGetBackendIDs(ids, &count), "onnxGetBackendIDs")) {
      return false;
    }
    onnxBackendID id = ids[test.environment().backend];
    onnxBackend backend = nullptr;
    onnxGraph graph = nullptr;
    bool good =
        Good(test,
             f.onnxGetBackendCompatibility(id, model.size(), model.data()),
             "onnxGetBackendCompatibility") &&
        Good(test, f.onnxInitBackend(id, nullptr, &backend),
             "onnxInitBackend") &&
        Good(test,
             f.onnxInitGraph(backend, nullptr, model.size(), model.data(), 0,
                             nullptr, &graph),
             "onnxInitGraph") &&
        RunOnce(test, backend, graph, tensors) &&
        RunOnce(test, backend, graph, tensors) &&
        Good(test, f.onnxReleaseGraph(graph), "onnxReleaseGraph") &&
        Good(test, f.onnxReleaseBackend(backend), "onnxReleaseBackend");
    for (size_t i = 0; i < count; ++i) {
      good =
          Good(test, f.onnxReleaseBackendID(ids[i]), "onnxReleaseBackendID") &&
          good;
    }
    return good;
  });
}

// ---- Interface 1.1

void ValueRuns(Test& test, const GrowthPlan& plan) {
  Client11 client(test);
  if (!client.Offers(client.table().checkModel, "checkModel") ||
      !client.Offers(client.table().initGraph, "initGraph") ||
      !client.Offers(client.table().runValues, "runValues")) {
    return;
  }
  struct Prepared {
    const ValueCase* one;
    std::vector<client::HostValue> inputs;
    onnxGraph graph;
  };
  std::vector<Prepared> all;
  for (const ValueCase& one : ValueCases()) {
    if (!client.Takes(one.model)) continue;
    onnxGraph graph = client.NewGraph(one.model);
    if (graph == nullptr) return;
    all.push_back({&one, one.inputs(), graph});
  }
  if (all.empty()) {
    client.Unsupported("the backend takes no models with values");
    return;
  }
  Measure(test, plan, "runs on values, and graphs for them", [&] {
    for (const Prepared& each : all) {
      const client::AbiValues values(each.inputs);
      auto run = Client11::RunArguments(
          each.graph, {values.first(), each.inputs.size()}, nullptr);
      run.receive = [](void*, uint32_t, const onnxValue*) {
        return onnxStatus{ONNXIFI_STATUS_SUCCESS};
      };
      if (!Good(test, client.table().runValues(&run), "runValues")) {
        return false;
      }
      // One that its receiver ends.
      run.receive = [](void*, uint32_t, const onnxValue*) {
        return onnxStatus{ONNXIFI_STATUS_NO_SYSTEM_MEMORY};
      };
      Ignore(client.table().runValues(&run));
    }
    onnxGraph graph = nullptr;
    const auto init = client.InitArguments(all.front().one->model, &graph);
    return Good(test, client.table().initGraph(&init), "initGraph") &&
           Good(test, test.plugin().onnxReleaseGraph(graph),
                "onnxReleaseGraph");
  });
}

void StartedRuns(Test& test, const GrowthPlan& plan) {
  RunClient runs(test);
  if (!runs.ready()) return;
  const Plugin& f = test.plugin();
  const auto start = runs.client().table().startRun;
  int round = 0;
  Measure(test, plan, "runs of startRun with all that they may have", [&] {
    onnxEvent gate = nullptr;
    onnxEvent cancel = nullptr;
    onnxEvent event = nullptr;
    if (!Good(test, f.onnxInitEvent(runs.session().backend(), &gate),
              "onnxInitEvent") ||
        !Good(test, f.onnxInitEvent(runs.session().backend(), &cancel),
              "onnxInitEvent")) {
      return false;
    }
    Told told;
    onnxStartRunArguments with = runs.Arguments(&told);
    with.waitCount = 1;
    with.waitEvents = &gate;
    with.cancelEvent = cancel;
    with.deadlineNs = InMs(3600 * 1000);
    with.event = &event;
    with.profile = [](void*, uint32_t, const onnxProfileEvent*) {};
    if (!Good(test, start(&with), "startRun")) return false;
    const bool stop = ++round % 3 == 0;
    if (!Good(test, f.onnxSignalEvent(stop ? cancel : gate),
              "onnxSignalEvent")) {
      return false;
    }
    if (!told.Wait()) return Good(test, ONNXIFI_STATUS_INTERNAL_ERROR, "done");
    Ignore(f.onnxWaitEvent(event));
    return Good(test, f.onnxReleaseEvent(event), "onnxReleaseEvent") &&
           Good(test, f.onnxReleaseEvent(gate), "onnxReleaseEvent") &&
           Good(test, f.onnxReleaseEvent(cancel), "onnxReleaseEvent");
  });
}

void ManyContexts(Test& test, const GrowthPlan& plan) {
  Client11 client(test);
  if (!client.Offers(client.table().createContext, "createContext") ||
      client.session().model() == nullptr) {
    return;
  }
  onnxGraph graph = client.session().NewGraph(client.session().model()->bytes);
  ProbeTensors tensors({2, 3});
  if (graph == nullptr) return;
  Measure(test, plan, "a context, a run of it, and its release", [&] {
    onnxGraph context = nullptr;
    auto create = New<onnxCreateContextArguments>();
    create.graph = graph;
    create.context = &context;
    return Good(test, client.table().createContext(&create), "createContext") &&
           RunOnce(test, client.session().backend(), context, tensors) &&
           Good(test, test.plugin().onnxReleaseGraph(context),
                "onnxReleaseGraph");
  });
}

void Queries(Test& test, const GrowthPlan& plan) {
  Client11 client(test);
  if (!client.ready() || client.session().model() == nullptr) return;
  const onnxPluginInterface& table = client.table();
  const std::string& model = client.session().model()->bytes;
  Measure(test, plan, "questions about models, options and copies", [&] {
    bool good = true;
    if (table.checkModel != nullptr) {
      good = good && Good(test, client.Check(model), "checkModel");
    }
    if (table.queryGraph != nullptr) {
      auto query = New<onnxQueryGraphArguments>();
      query.backendID = client.id();
      query.onnxModel = model.data();
      query.onnxModelSize = model.size();
      query.receive = [](void*, uint32_t, const onnxNodeSupport*) {
        return onnxStatus{ONNXIFI_STATUS_SUCCESS};
      };
      good = good && Good(test, table.queryGraph(&query), "queryGraph");
    }
    if (table.describeOptions != nullptr) {
      auto describe = New<onnxDescribeOptionsArguments>();
      describe.backendID = client.id();
      describe.receive = [](void*, uint32_t, const onnxOptionInfo*) {
        return onnxStatus{ONNXIFI_STATUS_SUCCESS};
      };
      good = good &&
             Good(test, table.describeOptions(&describe), "describeOptions");
    }
    static_cast<void>(test.plugin().Interface(client.id()));
    return good;
  });
}

void Memories(Test& test, const GrowthPlan& plan) {
  MemoryClient client(test);
  if (!client.ready()) return;
  const bool imports = client.client().table().importMemory != nullptr;
  std::vector<char> bytes(4096);
  Measure(test, plan, "memory that is allocated, imported and freed", [&] {
    onnxMemory memory = MemoryClient::Untouched();
    if (!Good(test, client.Allocate(1000, &memory), "allocateMemory") ||
        !Good(test, client.Free(memory), "freeMemory")) {
      return false;
    }
    if (!imports) return true;
    memory = MemoryClient::Untouched();
    const onnxStatus status =
        client.Import(ONNXIFI_EXTERNAL_HOST_POINTER, AddressOf(bytes.data()),
                      bytes.size(), &memory);
    return status != ONNXIFI_STATUS_SUCCESS ||
           Good(test, client.Free(memory), "freeMemory");
  });
}

using Function = void (*)(Test&, const GrowthPlan&);

}  // namespace

void AddLeakTests(TestList* list) {
  const struct {
    const char* name;
    Function function;
    Profile profile;
  } kRows[] = {{"ids", &Ids, Profile::kCore},
               {"backends", &Backends, Profile::kCore},
               {"events", &Events, Profile::kCore},
               {"graphs", &Graphs, Profile::kCore},
               {"runs", &Runs, Profile::kCore},
               {"cancelled_runs", &CancelledRuns, Profile::kCore},
               {"failures", &Failures, Profile::kCore},
               {"sessions", &Sessions, Profile::kCore},
               {"value_runs", &ValueRuns, Profile::kCore},
               {"started_runs", &StartedRuns, Profile::kAsync},
               {"contexts", &ManyContexts, Profile::kCore},
               {"queries", &Queries, Profile::kCore},
               {"memories", &Memories, Profile::kMemory}};
  for (const bool quick : {true, false}) {
    list->quick = quick;
    list->seconds = quick ? 60 : 300;
    for (const auto& row : kRows) {
      list->profile = row.profile;
      const Function function = row.function;
      list->Add(StrCat(quick ? "stress/leak/" : "stress/long_leak/", row.name),
                {}, [function, quick](Test& test) {
                  function(test, quick ? kQuick : kLong);
                });
    }
  }
}

}  // namespace onnxifi::conformance
