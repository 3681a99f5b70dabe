// What programs of the interface do, from beginning to end: section 7.12 of the
// checklist.
#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr onnxStatus kSuccess = ONNXIFI_STATUS_SUCCESS;

// One step of a program that ends with the first failure.
#define STEP(call)                                                   \
  do {                                                               \
    const onnxStatus step_status = (call);                           \
    CERTIFY_REQUIRE(test, step_status == kSuccess, #call ": ",       \
                    StatusText(step_status), ": ", f.LastError(id)); \
  } while (false)

// A driver that runs a model once on every backend, with an event of its own in
// the output fence and a list of no properties.
void Driver(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const Plugin& f = test.plugin();
  const uint64_t nothing[] = {0};
  for (onnxBackendID id : session.all_ids()) {
    if (!Accepted(f.onnxGetBackendCompatibility(id, probe->bytes.size(),
                                                probe->bytes.data()))) {
      continue;
    }
    onnxBackend backend = nullptr;
    onnxGraph graph = nullptr;
    char name[50];
    size_t size = sizeof(name);
    ProbeTensors tensors({2, 3}, 6);
    STEP(f.onnxInitBackend(id, nothing, &backend));
    STEP(f.onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, name, &size));
    const onnxStatus made =
        f.onnxInitGraph(backend, nullptr, probe->bytes.size(),
                        probe->bytes.data(), 0, nullptr, &graph);
    CERTIFY_REQUIRE(test, Accepted(made), StatusText(made));
    CERTIFY_REQUIRE(test, session.Bind(graph, tensors), "not bound");
    onnxMemoryFenceV1 from = EventFence(nullptr);
    onnxMemoryFenceV1 to = EventFence(nullptr);
    STEP(f.onnxInitEvent(backend, &from.event));
    STEP(f.onnxInitEvent(backend, &to.event));
    onnxEvent own = to.event;
    STEP(f.onnxRunGraph(graph, &from, &to));
    STEP(f.onnxSignalEvent(from.event));
    STEP(f.onnxWaitEvent(to.event));
    const std::string wrong = tensors.Wrong(*probe);
    CERTIFY_CHECK(test, wrong.empty(), wrong);
    STEP(f.onnxReleaseEvent(to.event));
    STEP(f.onnxReleaseEvent(from.event));
    STEP(f.onnxReleaseEvent(own));
    STEP(f.onnxReleaseGraph(graph));
    STEP(f.onnxReleaseBackend(backend));
  }
}

// A framework: weights by descriptors, an event that is signalled before the
// run, and an output fence that nobody has written to.
void Framework(Test& test) {
  Session session(test);
  const ProbeModel* probe = session.model();
  onnxBackend backend = session.backend();
  CERTIFY_REQUIRE(test, probe != nullptr && backend != nullptr, "no model");
  const Plugin& f = test.plugin();
  onnxBackendID id = session.id();
  const std::string model = PairModel(probe->op);
  ProbeTensors x({2, 3}, 1);
  ProbeTensors w({2, 3}, 90);
  const onnxTensorDescriptorV1 weight = SixFloats("w", w.x.bytes().data());
  onnxGraph graph = nullptr;
  const onnxStatus made = f.onnxInitGraph(backend, nullptr, model.size(),
                                          model.data(), 1, &weight, &graph);
  CERTIFY_REQUIRE(test, Accepted(made), StatusText(made));
  session.OwnGraph(graph);
  for (int i = 0; i < 10; ++i) {
    x.Reset(static_cast<float>(i));
    w.y.Poison();
    const onnxTensorDescriptorV1 in = SixFloats("x", x.x.bytes().data());
    const onnxTensorDescriptorV1 out[] = {SixFloats("y", x.y.bytes().data()),
                                          SixFloats("z", w.y.bytes().data())};
    STEP(f.onnxSetGraphIO(graph, 1, &in, 2, out));
    onnxMemoryFenceV1 from = EventFence(nullptr);
    onnxMemoryFenceV1 to = EventFence(Preset());
    STEP(f.onnxInitEvent(backend, &from.event));
    STEP(f.onnxSignalEvent(from.event));
    STEP(f.onnxRunGraph(graph, &from, &to));
    STEP(f.onnxWaitEvent(to.event));
    for (const ProbeTensors* tensors : {&x, &w}) {
      const std::string wrong = tensors->Wrong(*probe);
      CERTIFY_CHECK(test, wrong.empty(), wrong);
    }
    STEP(f.onnxReleaseEvent(from.event));
    STEP(f.onnxReleaseEvent(to.event));
  }
}

#undef STEP

// Everything again and again, all of it new each time.
void WholeLives(Test& test) {
  for (int i = 0; i < 20 && !test.failed(); ++i) {
    Session session(test);
    const ProbeModel* probe = session.model();
    CERTIFY_REQUIRE(test, probe != nullptr, "no model");
    onnxGraph graph = session.NewGraph(probe->bytes);
    ProbeTensors tensors({2, 3}, static_cast<float>(i));
    CERTIFY_REQUIRE(
        test,
        graph != nullptr && session.Bind(graph, tensors) && session.Run(graph),
        "life ", i);
    const std::string wrong = tensors.Wrong(*probe);
    CERTIFY_CHECK(test, wrong.empty(), wrong);
  }
}

}  // namespace

void AddSequencesTests(TestList* list) {
  list->Add("sequences/driver", {"R-234", "R-289"}, &Driver);
  list->Add("sequences/framework", {"R-160", "R-231", "R-291"}, &Framework);
  list->Add("sequences/whole_lives", {"R-045", "R-293"}, &WholeLives);
}

}  // namespace onnxifi::conformance
