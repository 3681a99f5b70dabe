// Calls with two mistakes: convention 6 of onnxifi.h says which one counts.
#include <cstring>

#include "conformance/api/api_kit.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

constexpr onnxStatus kPointer = ONNXIFI_STATUS_INVALID_POINTER;

// What the calls need; each row is one call.
struct Context {
  Test& test;
  const Plugin& f;
  onnxBackendID id;
  onnxBackend backend;
  onnxGraph graph;  // not bound
  std::string model;
};

void Ids(const Context& c) {
  size_t size = 8;
  CERTIFY_STATUS(
      c.test,
      c.f.onnxGetBackendInfo(nullptr, ONNXIFI_BACKEND_NAME, nullptr, nullptr),
      kPointer, "infoValueSize is NULL, and no backend ID");
  CERTIFY_STATUS(c.test, c.f.onnxGetBackendInfo(nullptr, 9, nullptr, &size),
                 ONNXIFI_STATUS_INVALID_ID,
                 "no backend ID, and an unknown selector");
  CERTIFY_STATUS(c.test, c.f.onnxGetBackendInfo(c.id, 9, nullptr, nullptr),
                 kPointer, "infoValueSize is NULL, and an unknown selector");
  CERTIFY_STATUS(c.test, c.f.onnxGetBackendCompatibility(nullptr, 0, nullptr),
                 ONNXIFI_STATUS_INVALID_ID, "no backend ID, and no model");
  CERTIFY_STATUS(c.test, c.f.onnxGetBackendCompatibility(c.id, 0, nullptr),
                 kPointer, "onnxModel is NULL, and its size 0");
}

void Backends(const Context& c) {
  const uint64_t unknown[] = {0x7777, 1, 0};
  onnxBackend backend = Preset();
  CERTIFY_STATUS(c.test, c.f.onnxInitBackend(nullptr, unknown, nullptr),
                 kPointer, "backend is NULL, and all else is wrong");
  CERTIFY_STATUS(c.test, c.f.onnxInitBackend(nullptr, unknown, &backend),
                 ONNXIFI_STATUS_INVALID_ID,
                 "no backend ID, and an unknown property");
  CERTIFY_CHECK(c.test, backend == nullptr, "*backend is not NULL");
  CERTIFY_STATUS(c.test, c.f.onnxInitEvent(nullptr, nullptr), kPointer,
                 "event is NULL, and no backend");
  CERTIFY_STATUS(c.test, c.f.onnxGetEventState(nullptr, nullptr), kPointer,
                 "state is NULL, and no event");
}

void Graphs(const Context& c) {
  const uint64_t unknown[] = {0x7777, 1, 0};
  const auto init = [&](onnxBackend backend, size_t size, const void* model,
                        uint32_t count, const onnxTensorDescriptorV1* weights,
                        bool null_graph = false) {
    onnxGraph graph = Preset();
    const onnxStatus status =
        c.f.onnxInitGraph(backend, unknown, size, model, count, weights,
                          null_graph ? nullptr : &graph);
    CERTIFY_CHECK(c.test, null_graph || graph == nullptr, "*graph is not NULL");
    return status;
  };
  onnxTensorDescriptorV1 untagged = {};
  CERTIFY_STATUS(c.test, init(nullptr, 0, nullptr, 1, nullptr, true), kPointer,
                 "graph is NULL, and all else is wrong");
  CERTIFY_STATUS(c.test, init(nullptr, 0, nullptr, 1, nullptr),
                 ONNXIFI_STATUS_INVALID_BACKEND,
                 "no backend, and all else is wrong");
  CERTIFY_STATUS(c.test, init(c.backend, 0, nullptr, 0, nullptr), kPointer,
                 "onnxModel is NULL, its size 0, and an unknown property");
  CERTIFY_STATUS(c.test, init(c.backend, 0, c.model.data(), 1, nullptr),
                 kPointer, "weightDescriptors is NULL, and the model's size 0");
  CERTIFY_STATUS(c.test, init(c.backend, 0, c.model.data(), 1, &untagged),
                 ONNXIFI_STATUS_INVALID_SIZE,
                 "the model's size is 0, and a weight has a wrong tag");
  CERTIFY_STATUS(c.test, init(c.backend, 3, "???", 1, &untagged),
                 ONNXIFI_STATUS_UNSUPPORTED_TAG,
                 "a weight has a wrong tag, and the model is none");
}

void Binding(const Context& c) {
  onnxTensorDescriptorV1 untagged = {};
  CERTIFY_STATUS(c.test, c.f.onnxSetGraphIO(nullptr, 1, nullptr, 1, nullptr),
                 ONNXIFI_STATUS_INVALID_GRAPH,
                 "no graph, and the descriptors are NULL");
  CERTIFY_STATUS(c.test, c.f.onnxSetGraphIO(c.graph, 1, &untagged, 1, nullptr),
                 kPointer, "outputs are NULL, and an input has a wrong tag");
  CERTIFY_STATUS(c.test, c.f.onnxSetGraphIO(c.graph, 1, nullptr, 1, &untagged),
                 kPointer, "inputs are NULL, and an output has a wrong tag");
  // Of one descriptor all is wrong, of the other only the tag.
  float data[6] = {};
  onnxTensorDescriptorV1 bad = SixFloats("stranger", data);
  bad.dataType = 99;
  bad.memoryType = 32;
  bad.buffer = 0;
  CERTIFY_STATUS(c.test, c.f.onnxSetGraphIO(c.graph, 1, &bad, 1, &untagged),
                 ONNXIFI_STATUS_UNSUPPORTED_TAG,
                 "the last tag is wrong, and the first input in all else");
  CERTIFY_STATUS(c.test, c.f.onnxSetGraphIO(c.graph, 1, &untagged, 1, &bad),
                 ONNXIFI_STATUS_UNSUPPORTED_TAG,
                 "the first tag is wrong, and the last output in all else");
}

void Runs(const Context& c) {
  onnxMemoryFenceV1 in = EventFence(nullptr);
  onnxMemoryFenceV1 out = EventFence(Preset());
  CERTIFY_STATUS(c.test, c.f.onnxRunGraph(nullptr, nullptr, nullptr),
                 ONNXIFI_STATUS_INVALID_GRAPH, "no graph, and no fences");
  CERTIFY_STATUS(c.test, c.f.onnxRunGraph(nullptr, &in, nullptr),
                 ONNXIFI_STATUS_INVALID_GRAPH, "no graph, and no output fence");
  in.tag = 0;
  CERTIFY_STATUS(c.test, c.f.onnxRunGraph(nullptr, &in, &out),
                 ONNXIFI_STATUS_INVALID_GRAPH, "no graph, and a wrong tag");
  CERTIFY_STATUS(c.test, c.f.onnxRunGraph(c.graph, &in, nullptr), kPointer,
                 "no output fence, and a wrong tag");
  in.type = 99;
  CERTIFY_STATUS(c.test, c.f.onnxRunGraph(c.graph, &in, &out),
                 ONNXIFI_STATUS_UNSUPPORTED_TAG,
                 "a wrong tag, a wrong type, no event, and no binding");
  in = EventFence(nullptr);
  in.type = 99;
  out.tag = 0;
  CERTIFY_STATUS(c.test, c.f.onnxRunGraph(c.graph, &in, &out),
                 ONNXIFI_STATUS_UNSUPPORTED_TAG,
                 "a wrong tag of the output fence, and a bad input fence");
  CERTIFY_CHECK(c.test, out.event == Preset(), "the output fence has changed");
}

void BindAndRun(const Context& c) {
  const auto run =
      c.f.Extension<onnxSetIOAndRunGraphFunction>(c.id, "onnxSetIOAndRunGraph");
  c.test.Count();
  if (run == nullptr) {
    c.test.Unsupported("the backend has no onnxSetIOAndRunGraph");
    return;
  }
  onnxMemoryFenceV1 out = EventFence(Preset());
  onnxTensorDescriptorV1 untagged = {};
  CERTIFY_STATUS(c.test, run(nullptr, 1, nullptr, 1, nullptr, nullptr),
                 ONNXIFI_STATUS_INVALID_GRAPH, "no graph, and all is NULL");
  CERTIFY_STATUS(c.test, run(c.graph, 1, &untagged, 1, &untagged, nullptr),
                 kPointer, "outputFence is NULL, and the tags are wrong");
  CERTIFY_STATUS(c.test, run(c.graph, 1, &untagged, 1, nullptr, &out), kPointer,
                 "outputs are NULL, and an input has a wrong tag");
  float data[6] = {};
  onnxTensorDescriptorV1 bad = SixFloats("stranger", data);
  bad.dataType = 99;
  out.tag = 0;
  CERTIFY_STATUS(c.test, run(c.graph, 1, &bad, 1, &bad, &out),
                 ONNXIFI_STATUS_UNSUPPORTED_TAG,
                 "the tag of the fence is wrong, and the descriptors");
}

void InContext(Test& test, void (*body)(const Context&)) {
  Session session(test);
  const ProbeModel* probe = session.model();
  CERTIFY_REQUIRE(test, probe != nullptr, "no model");
  const Context context = {test,
                           session.plugin(),
                           session.id(),
                           session.backend(),
                           session.NewGraph(probe->bytes),
                           probe->bytes};
  CERTIFY_REQUIRE(test, context.graph != nullptr, "no graph");
  body(context);
}

}  // namespace

void AddArgumentOrderTests(TestList* list) {
  const auto add = [list](const char* name, std::vector<std::string> ids,
                          void (*body)(const Context&)) {
    list->Add(StrCat("argument_order/", name), std::move(ids),
              [body](Test& test) { InContext(test, body); });
  };
  add("ids", {"R-049", "R-050", "R-085", "R-087"}, &Ids);
  add("backends", {"R-107", "R-108", "R-127", "R-134"}, &Backends);
  add("graphs", {"R-151", "R-152", "R-154", "R-155", "R-163", "R-167"},
      &Graphs);
  add("binding", {"R-186", "R-187", "R-189", "R-205"}, &Binding);
  add("runs", {"R-221", "R-222", "R-223"}, &Runs);
  add("bind_and_run", {"R-261", "R-262"}, &BindAndRun);
}

}  // namespace onnxifi::conformance
