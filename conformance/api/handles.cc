// Every function that takes a handle refuses what is no live handle of that
// kind, and changes nothing that belongs to the caller.
#include <cstring>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// Calls one function with a value that is no handle, and checks it.
using Refuses = void (*)(Test& test, Session& session, const NamedHandle& bad);

void ForAll(Test& test, HandleKind kind, Refuses refuses) {
  Session session(test);
  CERTIFY_REQUIRE(test, session.ready(), "no backend");
  for (const NamedHandle& bad : NotLive(test, session, kind)) {
    refuses(test, session, bad);
    CheckReason(test, session, bad.what);
  }
}

// ---- IDs

void ReleaseBackendId(Test& test, Session& session, const NamedHandle& bad) {
  CERTIFY_STATUS(test, session.plugin().onnxReleaseBackendID(bad.value),
                 ONNXIFI_STATUS_INVALID_ID, bad.what);
}

void GetBackendInfo(Test& test, Session& session, const NamedHandle& bad) {
  char value[4] = {'a', 'b', 'c', 'd'};
  size_t size = sizeof(value);
  CERTIFY_STATUS(test,
                 session.plugin().onnxGetBackendInfo(
                     bad.value, ONNXIFI_BACKEND_NAME, value, &size),
                 ONNXIFI_STATUS_INVALID_ID, bad.what);
  CERTIFY_CHECK(test, size == sizeof(value),
                "the size has changed: ", bad.what);
  CERTIFY_CHECK(test, std::memcmp(value, "abcd", 4) == 0,
                "the buffer has changed: ", bad.what);
}

void Compatibility(Test& test, Session& session, const NamedHandle& bad) {
  const std::string model = ProbeModels()[0].bytes;
  CERTIFY_STATUS(test,
                 session.plugin().onnxGetBackendCompatibility(
                     bad.value, model.size(), model.data()),
                 ONNXIFI_STATUS_INVALID_ID, bad.what);
}

void InitBackend(Test& test, Session& session, const NamedHandle& bad) {
  onnxBackend made = Preset();
  CERTIFY_STATUS(test,
                 session.plugin().onnxInitBackend(bad.value, nullptr, &made),
                 ONNXIFI_STATUS_INVALID_ID, bad.what);
  CERTIFY_CHECK(test, made == nullptr, "*backend is not NULL: ", bad.what);
}

void ExtensionAddress(Test& test, Session& session, const NamedHandle& bad) {
  const auto find = session.plugin().onnxGetExtensionFunctionAddress;
  if (find == nullptr) {
    test.Count();
    test.Unsupported("the plugin has no extension functions");
    return;
  }
  auto found = reinterpret_cast<onnxExtensionFunctionPointer>(Preset());
  CERTIFY_STATUS(test, find(bad.value, "onnxSetIOAndRunGraph", &found),
                 ONNXIFI_STATUS_INVALID_ID, bad.what);
  CERTIFY_CHECK(test, found == nullptr, "*function is not NULL: ", bad.what);
}

// ---- Backends

void ReleaseBackend(Test& test, Session& session, const NamedHandle& bad) {
  CERTIFY_STATUS(test, session.plugin().onnxReleaseBackend(bad.value),
                 ONNXIFI_STATUS_INVALID_BACKEND, bad.what);
}

void InitEvent(Test& test, Session& session, const NamedHandle& bad) {
  onnxEvent made = Preset();
  CERTIFY_STATUS(test, session.plugin().onnxInitEvent(bad.value, &made),
                 ONNXIFI_STATUS_INVALID_BACKEND, bad.what);
  CERTIFY_CHECK(test, made == nullptr, "*event is not NULL: ", bad.what);
}

void InitGraph(Test& test, Session& session, const NamedHandle& bad) {
  const std::string model = ProbeModels()[0].bytes;
  onnxGraph made = Preset();
  CERTIFY_STATUS(
      test,
      session.plugin().onnxInitGraph(bad.value, nullptr, model.size(),
                                     model.data(), 0, nullptr, &made),
      ONNXIFI_STATUS_INVALID_BACKEND, bad.what);
  CERTIFY_CHECK(test, made == nullptr, "*graph is not NULL: ", bad.what);
}

// ---- Events

void SignalEvent(Test& test, Session& session, const NamedHandle& bad) {
  CERTIFY_STATUS(test, session.plugin().onnxSignalEvent(bad.value),
                 ONNXIFI_STATUS_INVALID_EVENT, bad.what);
}

void GetEventState(Test& test, Session& session, const NamedHandle& bad) {
  onnxEventState state = ONNXIFI_EVENT_STATE_SIGNALLED;
  CERTIFY_STATUS(test, session.plugin().onnxGetEventState(bad.value, &state),
                 ONNXIFI_STATUS_INVALID_EVENT, bad.what);
  CERTIFY_CHECK(test, state == ONNXIFI_EVENT_STATE_INVALID,
                "*state is not ONNXIFI_EVENT_STATE_INVALID: ", bad.what);
}

void WaitEvent(Test& test, Session& session, const NamedHandle& bad) {
  CERTIFY_STATUS(test, session.plugin().onnxWaitEvent(bad.value),
                 ONNXIFI_STATUS_INVALID_EVENT, bad.what);
}

void ReleaseEvent(Test& test, Session& session, const NamedHandle& bad) {
  CERTIFY_STATUS(test, session.plugin().onnxReleaseEvent(bad.value),
                 ONNXIFI_STATUS_INVALID_EVENT, bad.what);
}

// ---- Graphs

void SetGraphIO(Test& test, Session& session, const NamedHandle& bad) {
  float data[6] = {};
  const onnxTensorDescriptorV1 x = SixFloats("x", data);
  const onnxTensorDescriptorV1 y = SixFloats("y", data);
  CERTIFY_STATUS(test, session.plugin().onnxSetGraphIO(bad.value, 1, &x, 1, &y),
                 ONNXIFI_STATUS_INVALID_GRAPH, bad.what);
}

void RunGraph(Test& test, Session& session, const NamedHandle& bad) {
  const onnxMemoryFenceV1 from = EventFence(session.NewSignalledEvent());
  onnxMemoryFenceV1 to = EventFence(Preset());
  CERTIFY_STATUS(test, session.plugin().onnxRunGraph(bad.value, &from, &to),
                 ONNXIFI_STATUS_INVALID_GRAPH, bad.what);
  CERTIFY_CHECK(test, to.event == Preset(),
                "the output fence has changed: ", bad.what);
}

void ReleaseGraph(Test& test, Session& session, const NamedHandle& bad) {
  CERTIFY_STATUS(test, session.plugin().onnxReleaseGraph(bad.value),
                 ONNXIFI_STATUS_INVALID_GRAPH, bad.what);
}

void BindAndRun(Test& test, Session& session, const NamedHandle& bad) {
  const auto run = session.plugin().Extension<onnxSetIOAndRunGraphFunction>(
      session.id(), "onnxSetIOAndRunGraph");
  if (run == nullptr) {
    test.Count();
    test.Unsupported("the backend has no onnxSetIOAndRunGraph");
    return;
  }
  float data[6] = {};
  const onnxTensorDescriptorV1 x = SixFloats("x", data);
  const onnxTensorDescriptorV1 y = SixFloats("y", data);
  onnxMemoryFenceV1 to = EventFence(Preset());
  CERTIFY_STATUS(test, run(bad.value, 1, &x, 1, &y, &to),
                 ONNXIFI_STATUS_INVALID_GRAPH, bad.what);
  CERTIFY_CHECK(test, to.event == Preset(),
                "the output fence has changed: ", bad.what);
}

struct Row {
  const char* name;
  HandleKind kind;
  std::vector<std::string> requirements;
  Refuses refuses;
};

}  // namespace

void AddHandlesTests(TestList* list) {
  using K = HandleKind;
  const Row rows[] = {
      {"release_backend_id",
       K::kId,
       {"R-041", "R-043", "R-044"},
       &ReleaseBackendId},
      {"get_backend_info", K::kId, {"R-050", "R-051"}, &GetBackendInfo},
      {"get_backend_compatibility", K::kId, {"R-085", "R-086"}, &Compatibility},
      {"init_backend", K::kId, {"R-108", "R-109"}, &InitBackend},
      {"get_extension_function_address", K::kId, {"R-255"}, &ExtensionAddress},
      {"release_backend",
       K::kBackend,
       {"R-119", "R-120", "R-121"},
       &ReleaseBackend},
      {"init_event", K::kBackend, {"R-128", "R-129"}, &InitEvent},
      {"init_graph", K::kBackend, {"R-152", "R-153"}, &InitGraph},
      {"signal_event", K::kEvent, {"R-132", "R-133"}, &SignalEvent},
      {"get_event_state", K::kEvent, {"R-135", "R-136"}, &GetEventState},
      {"wait_event", K::kEvent, {"R-139", "R-140"}, &WaitEvent},
      {"release_event", K::kEvent, {"R-145", "R-146"}, &ReleaseEvent},
      {"set_graph_io", K::kGraph, {"R-186"}, &SetGraphIO},
      {"run_graph", K::kGraph, {"R-221"}, &RunGraph},
      {"release_graph", K::kGraph, {"R-179", "R-180"}, &ReleaseGraph},
      {"set_io_and_run_graph", K::kGraph, {"R-261"}, &BindAndRun},
  };
  for (const Row& row : rows) {
    list->Add(StrCat("handles/", row.name), row.requirements,
              [kind = row.kind, refuses = row.refuses](Test& test) {
                ForAll(test, kind, refuses);
              });
  }
}

}  // namespace onnxifi::conformance
