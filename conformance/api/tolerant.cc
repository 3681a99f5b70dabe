// ONNXIFI_BACKEND_PROPERTY_TOLERANT of interface 1.1: L-1 to L-4.
#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

using Descriptor = onnxTensorDescriptorV1;
constexpr uint64_t kTolerant = ONNXIFI_BACKEND_PROPERTY_TOLERANT;

// A backend that forgives, or the reason why there is none.
class TolerantTest {
 public:
  explicit TolerantTest(Test& test) : test_(test), session_(test) {
    if (!session_.ready()) return;
    const uint64_t list[] = {kTolerant, 1, 0};
    const onnxStatus status =
        test.plugin().onnxInitBackend(session_.id(), list, &backend_);
    if (status == ONNXIFI_STATUS_UNSUPPORTED_PROPERTY) {
      test.Count();
      test.Unsupported("the backend has no tolerant mode");
      return;
    }
    CERTIFY_CHECK(test, status == ONNXIFI_STATUS_SUCCESS && backend_ != nullptr,
                  "value 1: ", StatusText(status));
  }
  ~TolerantTest() {
    if (graph_ != nullptr) {
      CERTIFY_STATUS(test_, test_.plugin().onnxReleaseGraph(graph_),
                     ONNXIFI_STATUS_SUCCESS, "at the end");
    }
    if (backend_ != nullptr) {
      CERTIFY_STATUS(test_, test_.plugin().onnxReleaseBackend(backend_),
                     ONNXIFI_STATUS_SUCCESS, "at the end");
    }
  }
  bool ready() const { return backend_ != nullptr; }
  Session& session() { return session_; }
  const ProbeModel* model() { return session_.model(); }
  onnxGraph NewGraph(const std::string& model, uint32_t count = 0,
                     const void* weights = nullptr) {
    CERTIFY_STATUS(test_,
                   test_.plugin().onnxInitGraph(
                       backend_, nullptr, model.size(), model.data(), count,
                       static_cast<const Descriptor*>(weights), &graph_),
                   ONNXIFI_STATUS_SUCCESS, "on a tolerant backend: ",
                   test_.plugin().LastError(session_.id()));
    return graph_;
  }

 private:
  Test& test_;
  Session session_;
  onnxBackend backend_ = nullptr;
  onnxGraph graph_ = nullptr;
};

void Values(Test& test) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  const uint64_t probe[] = {kTolerant, 0, 0};
  onnxBackend made = Preset();
  const onnxStatus known =
      test.plugin().onnxInitBackend(session.id(), probe, &made);
  if (known == ONNXIFI_STATUS_UNSUPPORTED_PROPERTY) {
    CERTIFY_CHECK(test, made == nullptr, "*backend is not NULL");
    test.Unsupported("the backend has no tolerant mode");
    return;
  }
  CERTIFY_REQUIRE(test, known == ONNXIFI_STATUS_SUCCESS,
                  "value 0: ", StatusText(known));
  CERTIFY_STATUS(test, test.plugin().onnxReleaseBackend(made),
                 ONNXIFI_STATUS_SUCCESS, "value 0");
  for (const uint64_t value : {uint64_t{2}, uint64_t{1} << 32, UINT64_MAX}) {
    const uint64_t list[] = {kTolerant, value, 0};
    made = Preset();
    CERTIFY_STATUS(test,
                   test.plugin().onnxInitBackend(session.id(), list, &made),
                   ONNXIFI_STATUS_INVALID_PROPERTY, "value ", value);
    CERTIFY_CHECK(test, made == nullptr, "*backend is not NULL");
  }
}

void BoundByPosition(Test& test) {
  TolerantTest t(test);
  if (!t.ready()) return;
  CERTIFY_REQUIRE(test, t.model() != nullptr, "no model");
  onnxGraph graph = t.NewGraph(PairModel(t.model()->op));
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  for (const char* name :
       {static_cast<const char*>(nullptr), "", "stranger", "x"}) {
    ProbeTensors first({2, 3}, 1);
    ProbeTensors second({2, 3}, 100);
    const Descriptor in[] = {SixFloats(name, first.x.bytes().data()),
                             SixFloats(name, second.x.bytes().data())};
    const Descriptor out[] = {SixFloats(name, first.y.bytes().data()),
                              SixFloats(name, second.y.bytes().data())};
    CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(graph, 2, in, 2, out),
                   ONNXIFI_STATUS_SUCCESS, "names that say nothing");
    CERTIFY_REQUIRE(test, t.session().Run(graph), "no run");
    for (const ProbeTensors* tensors : {&first, &second}) {
      const std::string wrong = tensors->Wrong(*t.model());
      CERTIFY_CHECK(test, wrong.empty(), "bound by position: ", wrong);
    }
  }
}

void WeightsAreNotRead(Test& test) {
  TolerantTest t(test);
  if (!t.ready()) return;
  CERTIFY_REQUIRE(test, t.model() != nullptr, "no model");
  ProbeTensors x({2, 3}, 1);
  ProbeTensors w({2, 3}, 9);
  const std::span<const float> values = w.x.as<float>();
  onnxGraph graph = t.NewGraph(
      PairWithInitializer(t.model()->op, {values.begin(), values.end()}), 1,
      Unreadable());
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const Descriptor in = SixFloats("x", x.x.bytes().data());
  const Descriptor out[] = {SixFloats("y", x.y.bytes().data()),
                            SixFloats("z", w.y.bytes().data())};
  CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(graph, 1, &in, 2, out),
                 ONNXIFI_STATUS_SUCCESS, "weights of the model");
  CERTIFY_REQUIRE(test, t.session().Run(graph), "no run");
  const std::string wrong = w.Wrong(*t.model());
  CERTIFY_CHECK(test, wrong.empty(), "weights of the model: ", wrong);
}

void EmptyTensors(Test& test) {
  TolerantTest t(test);
  if (!t.ready()) return;
  CERTIFY_REQUIRE(test, t.model() != nullptr, "no model");
  if (!t.session().Can(ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE)) {
    test.Count();
    test.Unsupported("the backend has no symbolic batch size");
    return;
  }
  onnxGraph graph = t.NewGraph(t.model()->dynamic_bytes);
  CERTIFY_REQUIRE(test, graph != nullptr, "no graph");
  const uint64_t empty[] = {0, 3};
  const Descriptor x = Describe("x", ONNXIFI_DATATYPE_FLOAT32, empty, nullptr);
  const Descriptor y = Describe("y", ONNXIFI_DATATYPE_FLOAT32, empty, nullptr);
  CERTIFY_STATUS(test, test.plugin().onnxSetGraphIO(graph, 1, &x, 1, &y),
                 ONNXIFI_STATUS_SUCCESS, "a dimension of 0, and no buffer");
  CERTIFY_CHECK(test, t.session().Run(graph), "a run of nothing fails");
}

}  // namespace

void AddTolerantTests(TestList* list) {
  list->Add("tolerant/values", {"R-114"}, &Values);
  list->Add("tolerant/bound_by_position", {"R-218"}, &BoundByPosition);
  list->Add("tolerant/weights_are_not_read", {"R-166"}, &WeightsAreNotRead);
  list->Add("tolerant/empty_tensors", {"R-219"}, &EmptyTensors);
}

}  // namespace onnxifi::conformance
