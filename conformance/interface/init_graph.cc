// Interface 1.1: checkModel and initGraph, without options.
#include "base/model_builder.h"
#include "conformance/interface/client_1_1.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using wire::kFloat;
using wire::ModelBuilder;

struct BadModel {
  const char* what;
  std::string bytes;
};

// Models that nobody can run, of every kind.
std::vector<BadModel> BadModels(const std::string& good) {
  const auto builder = [](int64_t ir = 8, int64_t opset = 13) {
    return ModelBuilder(ir, opset)
        .Input("x", kFloat, {2, 3})
        .Output("y", kFloat, {2, 3});
  };
  return {{"bytes that are no model", std::string(64, '\xff')},
          {"a model that is cut off", good.substr(0, good.size() - 3)},
          {"a model without a graph", ModelBuilder(8, 13).BuildWithoutGraph()},
          {"an operator that does not exist",
           builder().Node("NoSuchOperator", {"x"}, {"y"}).Build()},
          {"an operator set of the future",
           builder(8, 100000).Node("Identity", {"x"}, {"y"}).Build()},
          {"a domain that nobody knows",
           builder()
               .Opset("org.onnxifi.nobody", 1)
               .Node("Thing", {"x"}, {"y"}, {}, "org.onnxifi.nobody")
               .Build()},
          {"a node whose input nobody makes",
           builder().Node("Identity", {"nobody"}, {"y"}).Build()},
          {"an output that nobody makes",
           builder().Node("Identity", {"x"}, {"z"}).Build()},
          {"an output of another type", ModelBuilder(8, 13)
                                            .Input("x", kFloat, {2, 3})
                                            .Output("y", wire::kInt32, {2, 3})
                                            .Node("Identity", {"x"}, {"y"})
                                            .Build()},
          {"an output of another shape", ModelBuilder(8, 13)
                                             .Input("x", kFloat, {2, 3})
                                             .Output("y", kFloat, {3, 2})
                                             .Node("Identity", {"x"}, {"y"})
                                             .Build()}};
}

bool Offers(Client11& client) {
  return client.Offers(client.table().checkModel, "checkModel") &&
         client.Offers(client.table().initGraph, "initGraph") &&
         client.session().model() != nullptr;
}

// What descriptors can carry is judged alike by both functions.
void CheckAgreesWithCompatibility(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const auto compatibility = [&](const std::string& model) {
    return test.plugin().onnxGetBackendCompatibility(client.id(), model.size(),
                                                     model.data());
  };
  for (const ProbeModel& model : ProbeModels()) {
    const onnxStatus core = compatibility(model.bytes);
    const onnxStatus now = client.Check(model.bytes);
    CERTIFY_CHECK(test, now == core || (Done(now) && Done(core)),
                  "checkModel says ", StatusText(now), " of a model of ",
                  model.op, ", onnxGetBackendCompatibility ", StatusText(core));
  }
  for (const BadModel& bad : BadModels(client.session().model()->bytes)) {
    const onnxStatus core = compatibility(bad.bytes);
    const onnxStatus now = client.Check(bad.bytes);
    CERTIFY_CHECK(test, now == core, "checkModel says ", StatusText(now),
                  " of ", bad.what, ", onnxGetBackendCompatibility ",
                  StatusText(core));
    CERTIFY_CHECK(test, !Done(now), "checkModel accepts ", bad.what);
  }
}

void CheckRefusesBadArguments(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const onnxCheckModelCall check = client.table().checkModel;
  const std::string& model = client.session().model()->bytes;
  auto good = New<onnxCheckModelArguments>();
  good.backendID = client.id();
  good.onnxModel = model.data();
  good.onnxModelSize = model.size();
  for (const NoHandle& none : NoHandles()) {
    auto bad = good;
    bad.backendID = none.value;
    CERTIFY_STATUS(test, check(&bad), ONNXIFI_STATUS_INVALID_ID,
                   "backendID is ", none.what);
  }
  auto bad = good;
  bad.backendID = client.session().backend();
  CERTIFY_STATUS(test, check(&bad), ONNXIFI_STATUS_INVALID_ID,
                 "backendID is a backend");
  bad = good;
  bad.onnxModel = nullptr;
  CERTIFY_STATUS(test, check(&bad), ONNXIFI_STATUS_INVALID_POINTER,
                 "onnxModel == NULL");
  bad = good;
  bad.onnxModelSize = 0;
  CERTIFY_STATUS(test, check(&bad), ONNXIFI_STATUS_INVALID_SIZE,
                 "onnxModelSize == 0");
  // At any alignment.
  const std::string shifted = "." + model;
  bad = good;
  bad.onnxModel = shifted.data() + 1;
  CERTIFY_CHECK(test, Done(check(&bad)),
                "a model at an odd address: ", client.LastError());
}

// The handle is a graph for the core functions, too.
void GraphsAreGraphs(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const ProbeModel& model = *client.session().model();
  std::string bytes = model.bytes;
  onnxGraph graph = client.NewGraph(bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  // The bytes were read during the call only.
  std::fill(bytes.begin(), bytes.end(), '\xee');
  ProbeTensors tensors({2, 3});
  CERTIFY_REQUIRE(test, client.session().Bind(graph, tensors), "no binding");
  CERTIFY_REQUIRE(test, client.session().Run(graph), "no run");
  CERTIFY_CHECK(test, tensors.Wrong(model).empty(), tensors.Wrong(model));
}

void WhatIsRefusedMakesNoGraph(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  for (const BadModel& bad : BadModels(client.session().model()->bytes)) {
    const onnxStatus wanted = client.Check(bad.bytes);
    onnxGraph graph = &graph;
    const onnxInitGraphArguments arguments =
        client.InitArguments(bad.bytes, &graph);
    CERTIFY_STATUS(test, client.table().initGraph(&arguments), wanted,
                   "checkModel gives that for ", bad.what);
    CERTIFY_CHECK(test, graph == nullptr, "a graph of ", bad.what);
  }
}

// Calls initGraph with one thing wrong; a graph must not come.
class BadInit {
 public:
  BadInit(Test& test, Client11& client) : test_(test), client_(client) {}
  template <typename Spoil>
  void Expect(const char* what, onnxStatus wanted, const Spoil& spoil) {
    onnxGraph graph = &graph;
    onnxInitGraphArguments arguments =
        client_.InitArguments(client_.session().model()->bytes, &graph);
    spoil(arguments);
    CERTIFY_STATUS(test_, client_.table().initGraph(&arguments), wanted, what);
    CERTIFY_CHECK(test_, graph == nullptr, "*graph is not NULL: ", what);
    if (graph != nullptr && graph != &graph) client_.session().OwnGraph(graph);
  }

 private:
  Test& test_;
  Client11& client_;
};

void InitRefusesBadArguments(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  using A = onnxInitGraphArguments;
  BadInit bad(test, client);
  onnxGraph unused = nullptr;
  A without = client.InitArguments(client.session().model()->bytes, &unused);
  without.graph = nullptr;
  CERTIFY_STATUS(test, client.table().initGraph(&without),
                 ONNXIFI_STATUS_INVALID_POINTER, "graph == NULL");
  for (const NoHandle& none : NoHandles()) {
    bad.Expect(none.what, ONNXIFI_STATUS_INVALID_BACKEND,
               [&](A& a) { a.backend = none.value; });
  }
  onnxEvent event = client.session().NewEvent();
  bad.Expect("backend is an event", ONNXIFI_STATUS_INVALID_BACKEND,
             [&](A& a) { a.backend = event; });
  bad.Expect("onnxModel == NULL", ONNXIFI_STATUS_INVALID_POINTER,
             [](A& a) { a.onnxModel = nullptr; });
  bad.Expect("onnxModelSize == 0", ONNXIFI_STATUS_INVALID_SIZE,
             [](A& a) { a.onnxModelSize = 0; });
  bad.Expect("weights without an array", ONNXIFI_STATUS_INVALID_POINTER,
             [](A& a) { a.weightsCount = 1; });
  bad.Expect("options without an array", ONNXIFI_STATUS_INVALID_POINTER,
             [](A& a) { a.optionsCount = 1; });
  bad.Expect("profiles without an array", ONNXIFI_STATUS_INVALID_POINTER,
             [](A& a) { a.profilesCount = 1; });
  for (const uint64_t flag : {uint64_t{1} << 40, uint64_t{1} << 63}) {
    bad.Expect("unknown flags", ONNXIFI_STATUS_INVALID_PROPERTY,
               [flag](A& a) { a.flags = flag; });
  }
  static const uint64_t kUnknown[] = {0x7fffffffu, 1, 0};
  bad.Expect("an unknown property", ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
             [](A& a) { a.auxPropertiesList = kUnknown; });
}

void InitRefusesReleasedBackends(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  onnxBackend released = client.session().NewBackend();
  onnxBackend other = client.session().NewBackend();
  CERTIFY_REQUIRE(test, released != nullptr && other != nullptr, "no backend");
  client.session().DisownBackend(released);
  CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(released),
                 ONNXIFI_STATUS_SUCCESS, "a fresh backend");
  onnxGraph graph = &graph;
  onnxInitGraphArguments arguments =
      client.InitArguments(client.session().model()->bytes, &graph);
  arguments.backend = released;
  CERTIFY_STATUS(test, client.table().initGraph(&arguments),
                 ONNXIFI_STATUS_INVALID_BACKEND, "the backend was released");
  CERTIFY_CHECK(test, graph == nullptr, "a graph of a released backend");
}

// With the flag, memory may be used in place; without it, it was copied.
void KeepsWeights(Test& test) {
  Client11 client(test);
  if (!Offers(client)) return;
  const std::vector<float> w = {1, 2, 3, 4, 5, 6};
  std::string model =
      ModelBuilder(8, 13)
          .Input("x", kFloat, {2, 3})
          .Output("y", kFloat, {2, 3})
          .Output("v", kFloat, {2, 3})
          .Node(client.session().model()->op == "Add" ||
                        client.session().model()->op == "Mul"
                    ? "Identity"
                    : client.session().model()->op,
                {"x"}, {"y"})
          .Node("Identity", {"w"}, {"v"})
          .Initializer(wire::TensorOf<float>("w", kFloat, {2, 3}, w))
          .Build();
  if (!client.Takes(model)) {
    client.Unsupported("the backend does not take Identity of a weight");
    return;
  }
  if (!client.Offers(client.table().runValues, "runValues")) return;
  for (const uint64_t flags : {uint64_t{0}, uint64_t{1}}) {
    std::string bytes = model;
    onnxGraph graph = nullptr;
    onnxInitGraphArguments arguments = client.InitArguments(bytes, &graph);
    arguments.flags = flags;
    const onnxStatus status = client.table().initGraph(&arguments);
    CERTIFY_REQUIRE(test, Done(status) && graph != nullptr, "flags ", flags,
                    ": ", StatusText(status), ": ", client.LastError());
    if (flags == 0) std::fill(bytes.begin(), bytes.end(), '\xee');
    for (int run = 0; run < 3; ++run) {
      Outputs outputs;
      const std::vector<client::HostValue> x =
          ListOf(FloatValue("x", {2, 3}, {6, 5, 4, 3, 2, 1}));
      CERTIFY_STATUS(test, client.Run(graph, x, &outputs),
                     ONNXIFI_STATUS_SUCCESS, client.LastError());
      CERTIFY_CHECK(test, outputs.values.size() == 2, "outputs");
      if (outputs.values.size() != 2) continue;
      const auto bytes_of = outputs.values[1].tensor.bytes();
      CERTIFY_CHECK(
          test,
          bytes_of.size() == w.size() * sizeof(float) &&
              std::memcmp(bytes_of.data(), w.data(), bytes_of.size()) == 0,
          "the weight is wrong in run ", run, " with flags ", flags);
    }
    // Before its bytes go.
    CERTIFY_STATUS(test, test.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "flags ", flags);
  }
}

}  // namespace

void AddInitGraphTests(TestList* list) {
  const std::string at = "interface/init/";
  list->Add(at + "check_agrees_with_compatibility", {"R-ext-9", "R-ext-10"},
            &CheckAgreesWithCompatibility);
  list->Add(at + "check_bad_arguments", {"R-ext-9"}, &CheckRefusesBadArguments);
  list->Add(at + "graphs_are_graphs", {"R-ext-11", "R-161"}, &GraphsAreGraphs);
  list->Add(at + "refused_models_make_no_graph", {"R-ext-11"},
            &WhatIsRefusedMakesNoGraph);
  list->Add(at + "bad_arguments", {"R-ext-11"}, &InitRefusesBadArguments);
  list->Add(at + "released_backend", {"R-ext-11"},
            &InitRefusesReleasedBackends);
  list->Add(at + "keeps_weights", {"R-ext-11", "R-161"}, &KeepsWeights);
}

}  // namespace onnxifi::conformance
