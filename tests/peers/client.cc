// A 1.0 client, compiled with the header and the static helper of ONNX 1.12
// as Debian ships them: nothing of ours but the bytes of two models.
//
//   client LIBRARY BACKENDS [dummy]
//
// Loads LIBRARY ("default": the default name), expects BACKENDS backends and
// runs a model on each in the two orders that old clients use. With "dummy"
// it expects the example library, which computes nothing, among them.
//
// ONNX's multiplexer lists /usr/lib/ and opens bare names. This program's own
// opendir shows it the directory PEER_PLUGIN_DIR instead; LD_LIBRARY_PATH
// makes the names found there. Neither needs any right.
#include <dirent.h>
#include <dlfcn.h>
#include <onnx/onnxifi_loader.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/model_builder.h"

#ifdef ONNXIFI_UNNAMED_MEMBER_
#error "this must be compiled with the original header"
#endif

extern "C" __attribute__((visibility("default"))) DIR* opendir(
    const char* name) noexcept(noexcept(opendir(""))) {
  using OpenDir = DIR* (*)(const char*);
  static const auto real =
      reinterpret_cast<OpenDir>(dlsym(RTLD_NEXT, "opendir"));
  const char* instead = getenv("PEER_PLUGIN_DIR");
  if (instead != nullptr && std::strcmp(name, "/usr/lib/") == 0) {
    name = instead;
  }
  return real(name);
}

namespace {

using onnxifi::wire::kFloat;
using onnxifi::wire::ModelBuilder;

onnxifi_library g_lib;
int g_failures = 0;

void Check(bool good, const char* what, int line) {
  if (good) return;
  ++g_failures;
  std::fprintf(stderr, "client.cc:%d: failed: %s\n", line, what);
}
#define CHECK(what) Check((what), #what, __LINE__)
#define CHECK_OK(call) Check((call) == ONNXIFI_STATUS_SUCCESS, #call, __LINE__)

std::string AddOne() {
  return ModelBuilder(3, 7)
      .Input("x", kFloat, {2})
      .Input("one", kFloat, {1})
      .Initializer(onnxifi::wire::TensorOf<float>("one", kFloat, {1}, {1}))
      .Output("y", kFloat, {2})
      .Node("Add", {"x", "one"}, {"y"})
      .Build();
}

std::string Identity() {
  return ModelBuilder(3, 7)
      .Input("x", kFloat, {2})
      .Output("y", kFloat, {2})
      .Node("Identity", {"x"}, {"y"})
      .Build();
}

onnxTensorDescriptorV1 Tensor(const char* name, const uint64_t* shape,
                              float* data) {
  onnxTensorDescriptorV1 out = {};
  out.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
  out.name = name;
  out.dataType = ONNXIFI_DATATYPE_FLOAT32;
  out.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
  out.dimensions = 1;
  out.shape = shape;
  out.buffer = reinterpret_cast<onnxPointer>(data);
  return out;
}

// One run; the input event is signalled before or after it is accepted.
void Run(onnxBackend backend, onnxGraph graph, bool signal_first, float add) {
  const uint64_t shape = 2;
  float in[2] = {20, 40};
  float out[2] = {-1, -1};
  const onnxTensorDescriptorV1 x = Tensor("x", &shape, in);
  const onnxTensorDescriptorV1 y = Tensor("y", &shape, out);
  CHECK_OK(g_lib.onnxSetGraphIO(graph, 1, &x, 1, &y));
  onnxMemoryFenceV1 input = {};
  input.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  input.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  CHECK_OK(g_lib.onnxInitEvent(backend, &input.event));
  onnxMemoryFenceV1 output;
  std::memset(&output, 0x5A, sizeof(output));  // Caffe2 left event undefined
  output.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  output.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  if (signal_first) CHECK_OK(g_lib.onnxSignalEvent(input.event));
  CHECK_OK(g_lib.onnxRunGraph(graph, &input, &output));
  if (!signal_first) {
    in[0] = 30;
    onnxEventState state = ONNXIFI_EVENT_STATE_INVALID;
    CHECK_OK(g_lib.onnxGetEventState(output.event, &state));
    CHECK(state == ONNXIFI_EVENT_STATE_NONSIGNALLED);
    CHECK_OK(g_lib.onnxSignalEvent(input.event));
  }
  CHECK_OK(g_lib.onnxWaitEvent(output.event));
  CHECK(out[0] == in[0] + add);
  CHECK(out[1] == in[1] + add);
  CHECK_OK(g_lib.onnxReleaseEvent(output.event));
  CHECK_OK(g_lib.onnxReleaseEvent(input.event));
}

// Runs the first of two models that the backend accepts.
void UseBackend(onnxBackendID id) {
  char device[64];
  size_t size = sizeof(device);
  CHECK_OK(g_lib.onnxGetBackendInfo(id, ONNXIFI_BACKEND_DEVICE, device, &size));
  std::string model = AddOne();
  float add = 1;
  if (g_lib.onnxGetBackendCompatibility(id, model.size(), model.data()) !=
      ONNXIFI_STATUS_SUCCESS) {
    model = Identity();
    add = 0;
    CHECK_OK(g_lib.onnxGetBackendCompatibility(id, model.size(), model.data()));
  }
  std::printf("device '%.*s': model %s\n", static_cast<int>(size), device,
              add == 1 ? "Add" : "Identity");
  const uint64_t no_properties[] = {ONNXIFI_BACKEND_PROPERTY_NONE};
  onnxBackend backend = nullptr;
  onnxGraph graph = nullptr;
  CHECK_OK(g_lib.onnxInitBackend(id, no_properties, &backend));
  CHECK_OK(g_lib.onnxInitGraph(backend, nullptr, model.size(), model.data(), 0,
                               nullptr, &graph));
  for (int i = 0; i < 10; ++i) Run(backend, graph, i % 2 == 0, add);
  CHECK_OK(g_lib.onnxReleaseGraph(graph));
  CHECK_OK(g_lib.onnxReleaseBackend(backend));
}

// The example library answers every call without doing anything.
void UseDummy(onnxBackendID id) {
  const std::string model = AddOne();
  onnxBackend backend = nullptr;
  onnxGraph graph = nullptr;
  CHECK_OK(g_lib.onnxGetBackendCompatibility(id, model.size(), model.data()));
  CHECK_OK(g_lib.onnxInitBackend(id, nullptr, &backend));
  CHECK_OK(g_lib.onnxInitGraph(backend, nullptr, model.size(), model.data(), 0,
                               nullptr, &graph));
  onnxMemoryFenceV1 input = {};
  input.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  onnxMemoryFenceV1 output = input;
  CHECK_OK(g_lib.onnxInitEvent(backend, &input.event));
  const uint64_t shape = 2;
  float data[2] = {};
  const onnxTensorDescriptorV1 x = Tensor("x", &shape, data);
  CHECK_OK(g_lib.onnxSetGraphIO(graph, 1, &x, 1, &x));
  CHECK_OK(g_lib.onnxRunGraph(graph, &input, &output));
  CHECK_OK(g_lib.onnxSignalEvent(input.event));
  CHECK_OK(g_lib.onnxWaitEvent(output.event));
  CHECK_OK(g_lib.onnxReleaseEvent(output.event));
  CHECK_OK(g_lib.onnxReleaseEvent(input.event));
  CHECK_OK(g_lib.onnxReleaseGraph(graph));
  CHECK_OK(g_lib.onnxReleaseBackend(backend));
}

bool IsDummy(onnxBackendID id) {
  size_t size = 0;
  char byte = 0;
  // It refuses no query; every other library refuses this one.
  return g_lib.onnxGetBackendInfo(id, 9, &byte, &size) ==
         ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const bool by_default = std::strcmp(argv[1], "default") == 0;
  const bool expect_dummy = argc > 3;
  if (!onnxifi_load(ONNXIFI_LOADER_FLAG_VERSION_1_0,
                    by_default ? nullptr : argv[1], &g_lib)) {
    std::fprintf(stderr, "onnxifi_load failed for %s\n", argv[1]);
    return 1;
  }
  size_t count = 0;
  CHECK(g_lib.onnxGetBackendIDs(nullptr, &count) == ONNXIFI_STATUS_FALLBACK);
  std::vector<onnxBackendID> ids(count);
  CHECK_OK(g_lib.onnxGetBackendIDs(ids.data(), &count));
  CHECK(count == static_cast<size_t>(std::atoi(argv[2])));
  int dummies = 0;
  for (size_t i = 0; i < count; ++i) {
    if (expect_dummy && IsDummy(ids[i])) {
      ++dummies;
      UseDummy(ids[i]);
    } else {
      UseBackend(ids[i]);
    }
  }
  CHECK(dummies == (expect_dummy ? 1 : 0));
  for (onnxBackendID id : ids) CHECK_OK(g_lib.onnxReleaseBackendID(id));
  onnxifi_unload(&g_lib);
  std::printf("%zu backends, %d failures\n", count, g_failures);
  return g_failures == 0 ? 0 : 1;
}
