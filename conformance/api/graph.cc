// onnxInitGraph without weights by descriptors: section 7.7 of the checklist.
#include <cstring>
#include <memory>

#include "conformance/api/api_kit.h"
#include "conformance/api/bad_models.h"
#include "conformance/api/pair_graph.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// A call that must fail leaves NULL behind, and a backend that still works.
void ExpectRefused(Test& test, Session& session, const std::string& model,
                   const BadModel& bad) {
  onnxGraph graph = Preset();
  const onnxStatus status =
      session.plugin().onnxInitGraph(session.backend(), nullptr, model.size(),
                                     model.data(), 0, nullptr, &graph);
  CERTIFY_CHECK(
      test,
      status == bad.status ||
          (status == bad.or_status && bad.or_status != ONNXIFI_STATUS_SUCCESS),
      StatusText(status), ", not ", StatusText(bad.status), ": ", bad.what);
  CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL: ", bad.what);
  CheckReason(test, session, bad.what);
}

void RefusesModel(Test& test, const BadModel& bad) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr && session.backend() != nullptr,
                  "no model");
  const std::string model = bad.make(probe->op);
  ExpectRefused(test, session, model, bad);
  if (test.failed()) test.Keep("model.onnx", model);
  onnxGraph graph = session.NewGraph(probe->bytes);
  ProbeTensors tensors({2, 3});
  CERTIFY_REQUIRE(
      test,
      graph != nullptr && session.Bind(graph, tensors) && session.Run(graph),
      "after a refusal a good model does not run");
  const std::string wrong = tensors.Wrong(*probe);
  CERTIFY_CHECK(test, wrong.empty(), "after a refusal: ", wrong);
}

void MakesGraphs(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::vector<float> w = {1, 2, 3, 4, 5, 6};
  for (const std::string& model :
       {probe->bytes, PairModel(probe->op), TripleModel(probe->op),
        PairWithInitializer(probe->op, w), ConstantModel(probe->op, w)}) {
    onnxGraph graph = session.NewGraph(model);
    CERTIFY_CHECK(test, graph != nullptr,
                  "a model that is accepted by "
                  "onnxGetBackendCompatibility makes no graph");
    if (graph == nullptr) continue;
    session.DisownGraph(graph);
    CERTIFY_STATUS(test, session.plugin().onnxReleaseGraph(graph),
                   ONNXIFI_STATUS_SUCCESS, "a graph that was never bound");
  }
}

void NullGraph(Test& test) {
  Session session(test);
  const std::string model = ProbeModels()[0].bytes;
  CERTIFY_STATUS(
      test,
      session.plugin().onnxInitGraph(session.backend(), nullptr, model.size(),
                                     model.data(), 0, nullptr, nullptr),
      ONNXIFI_STATUS_INVALID_POINTER, "graph is NULL");
  CheckReason(test, session, "a graph that is NULL");
}

void NullModel(Test& test) {
  Session session(test);
  for (const size_t size : {size_t{10}, SIZE_MAX, size_t{0}}) {
    onnxGraph graph = Preset();
    CERTIFY_STATUS(
        test,
        session.plugin().onnxInitGraph(session.backend(), nullptr, size,
                                       nullptr, 0, nullptr, &graph),
        ONNXIFI_STATUS_INVALID_POINTER, "onnxModel is NULL, of size ", size);
    CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL");
    CheckReason(test, session, "a model that is NULL");
  }
}

void EmptyModel(Test& test) {
  Session session(test);
  onnxGraph graph = Preset();
  CERTIFY_STATUS(
      test,
      session.plugin().onnxInitGraph(session.backend(), nullptr, 0,
                                     Unreadable(), 0, nullptr, &graph),
      ONNXIFI_STATUS_INVALID_SIZE, "onnxModelSize is 0");
  CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL");
  CheckReason(test, session, "a model of no bytes");
}

void Properties(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const struct {
    std::vector<uint64_t> list;
    onnxStatus status;
    const char* what;
  } rows[] = {
      {{0}, ONNXIFI_STATUS_SUCCESS, "an empty list"},
      {{0, 0x7777, 1}, ONNXIFI_STATUS_SUCCESS, "0 ends the list"},
      {{0x7777, 1, 0}, ONNXIFI_STATUS_UNSUPPORTED_PROPERTY, "an unknown key"},
      {{0x7777, 0, 0},
       ONNXIFI_STATUS_UNSUPPORTED_PROPERTY,
       "an unknown key with the value 0"},
  };
  for (const auto& row : rows) {
    onnxGraph graph = Preset();
    const onnxStatus status = session.plugin().onnxInitGraph(
        session.backend(), row.list.data(), probe->bytes.size(),
        probe->bytes.data(), 0, nullptr, &graph);
    if (row.status == ONNXIFI_STATUS_SUCCESS) {
      CERTIFY_CHECK(test, Accepted(status), StatusText(status), ": ", row.what);
      if (!Accepted(status)) continue;
      CERTIFY_STATUS(test, session.plugin().onnxReleaseGraph(graph),
                     ONNXIFI_STATUS_SUCCESS, row.what);
      continue;
    }
    CERTIFY_CHECK(test, status == row.status, StatusText(status), ", not ",
                  StatusText(row.status), ": ", row.what);
    CERTIFY_CHECK(test, graph == nullptr, "*graph is not NULL: ", row.what);
    CheckReason(test, session, row.what);
  }
}

// The bytes may go when the call has returned; they are only read.
void ModelBytesAreCopied(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const std::string model = PairWithInitializer(
      probe->op, std::vector<float>{100, -100.5F, 101, 101.5F, -102, 102.5F});
  ProbeTensors x({2, 3}, 1);
  ProbeTensors w({2, 3}, 100);
  onnxGraph graph = nullptr;
  {
    Result<GuardedBuffer> bytes = GuardedBuffer::Make(model.size());
    CERTIFY_REQUIRE(test, bytes.ok(), bytes.status().message());
    std::memcpy(bytes->bytes().data(), model.data(), model.size());
    CERTIFY_REQUIRE(test, bytes->MakeReadOnly().ok(), "no read-only memory");
    graph = session.NewGraph(
        {reinterpret_cast<const char*>(bytes->bytes().data()), model.size()});
  }
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const onnxTensorDescriptorV1 in = SixFloats("x", x.x.bytes().data());
  const onnxTensorDescriptorV1 out[] = {SixFloats("y", x.y.bytes().data()),
                                        SixFloats("z", w.y.bytes().data())};
  CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(graph, 1, &in, 2, out),
                 ONNXIFI_STATUS_SUCCESS, "a weight is not given to a run");
  CERTIFY_REQUIRE(test, session.Run(graph), "no run");
  for (const ProbeTensors* tensors : {&x, &w}) {
    const std::string wrong = tensors->Wrong(*probe);
    CERTIFY_CHECK(test, wrong.empty(), "the model's bytes are gone: ", wrong);
  }
}

void GraphsAreIndependent(Test& test) {
  Session session(test);
  if (!NeedsGraphs(test, session, 4)) return;
  std::vector<std::unique_ptr<PairGraph>> graphs;
  for (int i = 0; i < 4; ++i) {
    graphs.push_back(std::make_unique<PairGraph>(test, session));
    CERTIFY_REQUIRE(test, graphs.back()->ready(), "no graph");
    for (int k = 0; k < i; ++k) {
      CERTIFY_CHECK(
          test,
          graphs[static_cast<size_t>(k)]->graph() != graphs.back()->graph(),
          "two graphs have one handle");
    }
    graphs.back()->Reset(static_cast<float>(10 * i));
    CERTIFY_STATUS(test, graphs.back()->Bind(graphs.back()->Good()),
                   ONNXIFI_STATUS_SUCCESS, "graph ", i);
  }
  for (int round = 0; round < 2; ++round) {
    for (size_t i = graphs.size(); i-- > 0;) {
      graphs[i]->Reset(static_cast<float>(i) * 7 + static_cast<float>(round));
      CERTIFY_STATUS(test, graphs[i]->RunBound(), ONNXIFI_STATUS_SUCCESS,
                     "graph ", i);
      graphs[i]->CheckResults("one of four graphs");
    }
  }
}

void AsManyGraphsAsTold(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const uint64_t most = session.InfoNumber(ONNXIFI_BACKEND_MAX_GRAPH_COUNT, 0);
  CERTIFY_CHECK(test, most > 0, "MAX_GRAPH_COUNT is 0");
  for (uint64_t i = 0; i < most && i < 64; ++i) {
    CERTIFY_REQUIRE(test, session.NewGraph(probe->bytes) != nullptr, "only ", i,
                    " graphs, and MAX_GRAPH_COUNT is ", most);
  }
}

void OnTwoBackends(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  if (!NeedsGraphs(test, session, 2)) return;
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  ProbeTensors tensors({2, 3});
  onnxBackend backends[] = {session.backend(), session.NewBackend()};
  for (onnxBackend backend : backends) {
    onnxGraph graph = nullptr;
    CERTIFY_REQUIRE(test,
                    Accepted(session.plugin().onnxInitGraph(
                        backend, nullptr, probe->bytes.size(),
                        probe->bytes.data(), 0, nullptr, &graph)),
                    "no graph on one of two backends of one device");
    session.OwnGraph(graph);
    tensors.Reset(5);
    CERTIFY_REQUIRE(test, session.Bind(graph, tensors) && session.Run(graph),
                    "no run");
    const std::string wrong = tensors.Wrong(*probe);
    CERTIFY_CHECK(test, wrong.empty(), wrong);
  }
}

}  // namespace

void AddGraphTests(TestList* list) {
  for (const BadModel& bad : BadModels()) {
    list->Add(StrCat("graph/refuses_model_", bad.name), bad.graph_ids,
              [bad](Test& test) { RefusesModel(test, bad); });
  }
  list->Add("graph/makes_graphs", {"R-100", "R-150", "R-178"}, &MakesGraphs);
  list->Add("graph/null_graph", {"R-151"}, &NullGraph);
  list->Add("graph/null_model", {"R-154"}, &NullModel);
  list->Add("graph/empty_model", {"R-155"}, &EmptyModel);
  list->Add("graph/properties", {"R-158"}, &Properties);
  list->Add("graph/model_bytes_are_copied", {"R-159", "R-162", "R-196"},
            &ModelBytesAreCopied);
  list->Add("graph/graphs_are_independent", {"R-175"}, &GraphsAreIndependent);
  list->Add("graph/as_many_graphs_as_told", {"R-074"}, &AsManyGraphsAsTold);
  list->Add("graph/on_two_backends", {"R-116", "R-175"}, &OnTwoBackends);
}

}  // namespace onnxifi::conformance
