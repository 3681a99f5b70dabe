// The exported functions of libonnxifi.so.1 with several plugins behind them,
// as a client sees them.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr char kModel[] = "model";

std::string Fixture(const std::string& name) {
  return std::string(ONNXIFI_FIXTURE_DIR) + "/libonnxifi-fake_" + name + ".so";
}

// Order of the plugins below, and how many backends each has.
enum Plugin { kGood = 0, kCoreOnly = 2, kOther = 4, kFaulty = 5 };
constexpr size_t kBackends = 13;

// Runs before main, because the loader reads the environment once.
const bool g_environment = [] {
  std::string list;
  for (const char* name : {"good", "core_only", "other", "null_handles",
                           "bad_status", "calls_throw", "old_habits"}) {
    list.append(":").append(Fixture(name));
  }
  setenv("ONNXIFI_PLUGIN_FILES", list.c_str(), 1);
  setenv("ONNXIFI_PROBE", "0", 1);
  return true;
}();

std::vector<onnxBackendID> Ids() {
  size_t count = kBackends;
  std::vector<onnxBackendID> ids(count);
  EXPECT_EQ(onnxGetBackendIDs(ids.data(), &count), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(count, kBackends);
  return ids;
}

std::string LastError() {
  size_t size = 0;
  EXPECT_EQ(onnxifiGetLastError(nullptr, &size), ONNXIFI_STATUS_FALLBACK);
  std::string text(size, '\0');
  EXPECT_EQ(onnxifiGetLastError(text.data(), &size), ONNXIFI_STATUS_SUCCESS);
  text.pop_back();
  return text;
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

onnxMemoryFenceV1 Fence(onnxEvent event = nullptr) {
  onnxMemoryFenceV1 out = {};
  out.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
  out.type = ONNXIFI_SYNCHRONIZATION_EVENT;
  out.event = event;
  return out;
}

// A backend with one graph, x -> x + 1.
struct Session {
  explicit Session(size_t which) {
    ids = Ids();
    EXPECT_EQ(onnxInitBackend(ids[which], nullptr, &backend),
              ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxInitGraph(backend, nullptr, sizeof(kModel), kModel, 0,
                            nullptr, &graph),
              ONNXIFI_STATUS_SUCCESS);
    x = Tensor("x", &elements, in);
    y = Tensor("y", &elements, out);
  }
  ~Session() {
    if (graph != nullptr) {
      EXPECT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
    }
    if (backend != nullptr) {
      EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
    }
    for (auto id : ids) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }

  std::vector<onnxBackendID> ids;
  onnxBackend backend = nullptr;
  onnxGraph graph = nullptr;
  uint64_t elements = 2;
  float in[2] = {1, 2};
  float out[2] = {0, 0};
  onnxTensorDescriptorV1 x, y;
};

TEST(EntryPointsTest, EnumerationFollowsTheTableOfCases) {
  onnxBackendID ids[kBackends + 3];
  EXPECT_EQ(onnxGetBackendIDs(nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxGetBackendIDs(ids, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  size_t count = 999;
  EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
  EXPECT_EQ(count, kBackends);
  void* const untouched = &count;
  std::fill(std::begin(ids), std::end(ids), untouched);
  count = kBackends - 1;
  EXPECT_EQ(onnxGetBackendIDs(ids, &count), ONNXIFI_STATUS_FALLBACK);
  EXPECT_EQ(count, kBackends);
  EXPECT_EQ(std::count(std::begin(ids), std::end(ids), untouched),
            static_cast<long>(kBackends + 3));
  count = kBackends + 3;
  EXPECT_EQ(onnxGetBackendIDs(ids, &count), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(count, kBackends);
  EXPECT_EQ(std::count(std::begin(ids), std::end(ids), untouched), 3);
  for (size_t i = 0; i < kBackends; ++i) {
    EXPECT_EQ(onnxReleaseBackendID(ids[i]), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxReleaseBackendID(ids[i]), ONNXIFI_STATUS_INVALID_ID);
  }
}

TEST(EntryPointsTest, InfoIsForwardedWithTheSizeProtocol) {
  const Session s(kGood);
  char text[16];
  size_t size = sizeof(text);
  EXPECT_EQ(onnxGetBackendInfo(s.ids[0], ONNXIFI_BACKEND_NAME, nullptr, &size),
            ONNXIFI_STATUS_FALLBACK);
  EXPECT_EQ(size, 5u);
  size = 4;
  EXPECT_EQ(onnxGetBackendInfo(s.ids[0], ONNXIFI_BACKEND_NAME, text, &size),
            ONNXIFI_STATUS_FALLBACK);
  size = sizeof(text);
  EXPECT_EQ(onnxGetBackendInfo(s.ids[0], ONNXIFI_BACKEND_NAME, text, &size),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_STREQ(text, "Fake");
  size = 7;
  EXPECT_EQ(onnxGetBackendInfo(s.ids[0], 9, text, &size),
            ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
  EXPECT_EQ(size, 7u);
  EXPECT_EQ(onnxGetBackendInfo(nullptr, 1, text, &size),
            ONNXIFI_STATUS_INVALID_ID);
  EXPECT_EQ(onnxGetBackendInfo(s.ids[0], 1, text, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
}

TEST(EntryPointsTest, EveryBackendListsTheLoadersExtensions) {
  const Session s(kCoreOnly);
  char text[200];
  size_t size = sizeof(text);
  ASSERT_EQ(onnxGetBackendInfo(s.ids[kCoreOnly], ONNXIFI_BACKEND_EXTENSIONS,
                               text, &size),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_STREQ(text,
               "onnx_extension_function onnxSetIOAndRunGraphFunction "
               "onnxGetLastErrorFunction");
  EXPECT_EQ(size, std::strlen(text) + 1);
}

class RunTest : public testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Plugins, RunTest,
                         testing::Values(kGood, kCoreOnly, kOther));

TEST_P(RunTest, TheCanonicalSequenceWorks) {
  Session s(GetParam());
  ASSERT_EQ(onnxSetGraphIO(s.graph, 1, &s.x, 1, &s.y), ONNXIFI_STATUS_SUCCESS);
  onnxEvent ready = nullptr;
  ASSERT_EQ(onnxInitEvent(s.backend, &ready), ONNXIFI_STATUS_SUCCESS);
  const onnxMemoryFenceV1 input = Fence(ready);
  onnxMemoryFenceV1 output = Fence(&output);
  ASSERT_EQ(onnxRunGraph(s.graph, &input, &output), ONNXIFI_STATUS_SUCCESS);
  onnxEventState state = 0;
  EXPECT_EQ(onnxGetEventState(output.event, &state), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(state, ONNXIFI_EVENT_STATE_NONSIGNALLED);
  s.in[0] = 41;
  EXPECT_EQ(onnxSignalEvent(ready), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSignalEvent(ready), ONNXIFI_STATUS_INVALID_STATE);
  EXPECT_EQ(onnxWaitEvent(output.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(s.out[0], 42);
  EXPECT_EQ(s.out[1], 3);
  EXPECT_EQ(onnxReleaseEvent(output.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(ready), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(ready), ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_EQ(onnxWaitEvent(ready), ONNXIFI_STATUS_INVALID_EVENT);
}

TEST_P(RunTest, BindAndRunInOneStep) {
  Session s(GetParam());
  onnxMemoryFenceV1 output = Fence();
  ASSERT_EQ(onnxSetIOAndRunGraph(s.graph, 1, &s.x, 1, &s.y, &output),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(s.out[0], 2);
  EXPECT_EQ(onnxReleaseEvent(output.event), ONNXIFI_STATUS_SUCCESS);
  // The binding stays.
  onnxEvent ready = nullptr;
  ASSERT_EQ(onnxInitEvent(s.backend, &ready), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(onnxSignalEvent(ready), ONNXIFI_STATUS_SUCCESS);
  const onnxMemoryFenceV1 input = Fence(ready);
  s.in[1] = 9;
  ASSERT_EQ(onnxRunGraph(s.graph, &input, &output), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(s.out[1], 10);
  EXPECT_EQ(onnxReleaseEvent(output.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(ready), ONNXIFI_STATUS_SUCCESS);
}

// Every failure leaves the fence as it was and the graph without a binding.
TEST_P(RunTest, FailedBindAndRunLeavesNothing) {
  Session s(GetParam());
  onnxEvent ready = nullptr;
  ASSERT_EQ(onnxInitEvent(s.backend, &ready), ONNXIFI_STATUS_SUCCESS);
  const onnxMemoryFenceV1 input = Fence(ready);
  const auto expect = [&](onnxStatus expected, onnxMemoryFenceV1* fence,
                          const onnxTensorDescriptorV1* y) {
    ASSERT_EQ(onnxSetGraphIO(s.graph, 1, &s.x, 1, &s.y),
              ONNXIFI_STATUS_SUCCESS);
    onnxMemoryFenceV1 before = {};
    if (fence != nullptr) before = *fence;
    EXPECT_EQ(onnxSetIOAndRunGraph(s.graph, 1, &s.x, 1, y, fence), expected);
    if (fence != nullptr) {
      EXPECT_EQ(std::memcmp(fence, &before, sizeof(before)), 0);
    }
    onnxMemoryFenceV1 output = Fence();
    EXPECT_EQ(onnxRunGraph(s.graph, &input, &output),
              ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  };
  onnxMemoryFenceV1 fence = Fence();
  onnxTensorDescriptorV1 wrong = s.y;
  wrong.name = "nobody";
  expect(ONNXIFI_STATUS_INVALID_NAME, &fence, &wrong);
  expect(ONNXIFI_STATUS_INVALID_POINTER, &fence, nullptr);
  expect(ONNXIFI_STATUS_INVALID_POINTER, nullptr, &s.y);
  fence.tag = 5;
  expect(ONNXIFI_STATUS_UNSUPPORTED_TAG, &fence, &s.y);
  fence = Fence();
  fence.type = 99;
  expect(ONNXIFI_STATUS_INVALID_FENCE_TYPE, &fence, &s.y);
  EXPECT_EQ(onnxReleaseEvent(ready), ONNXIFI_STATUS_SUCCESS);
}

TEST_P(RunTest, ThreadsDoNotMixTheirBindings) {
  Session s(GetParam());
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const uint64_t elements = 1;
      for (int i = 0; i < 200; ++i) {
        float in = static_cast<float>(t * 1000 + i);
        float out = -1;
        const auto x = Tensor("x", &elements, &in);
        const auto y = Tensor("y", &elements, &out);
        onnxMemoryFenceV1 output = Fence();
        ASSERT_EQ(onnxSetIOAndRunGraph(s.graph, 1, &x, 1, &y, &output),
                  ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(onnxWaitEvent(output.event), ONNXIFI_STATUS_SUCCESS);
        ASSERT_EQ(out, in + 1);
        ASSERT_EQ(onnxReleaseEvent(output.event), ONNXIFI_STATUS_SUCCESS);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_P(RunTest, ReleasingInTheWrongOrderIsSafe) {
  Session s(GetParam());
  onnxMemoryFenceV1 output = Fence();
  ASSERT_EQ(onnxSetIOAndRunGraph(s.graph, 1, &s.x, 1, &s.y, &output),
            ONNXIFI_STATUS_SUCCESS);
  onnxEvent event = nullptr;
  ASSERT_EQ(onnxInitEvent(s.backend, &event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseBackend(s.backend), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseBackend(s.backend), ONNXIFI_STATUS_INVALID_BACKEND);
  onnxEvent refused = &refused;
  EXPECT_EQ(onnxInitEvent(s.backend, &refused), ONNXIFI_STATUS_INVALID_BACKEND);
  EXPECT_EQ(refused, nullptr);
  s.backend = nullptr;
  EXPECT_EQ(onnxSignalEvent(event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseGraph(s.graph), ONNXIFI_STATUS_SUCCESS);
  s.graph = nullptr;
  EXPECT_EQ(onnxWaitEvent(output.event), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseEvent(output.event), ONNXIFI_STATUS_SUCCESS);
}

TEST(EntryPointsTest, EventsOfAnotherPluginAreRefused) {
  Session a(kGood), b(kOther);
  ASSERT_EQ(onnxSetGraphIO(a.graph, 1, &a.x, 1, &a.y), ONNXIFI_STATUS_SUCCESS);
  onnxEvent foreign = nullptr;
  ASSERT_EQ(onnxInitEvent(b.backend, &foreign), ONNXIFI_STATUS_SUCCESS);
  const onnxMemoryFenceV1 input = Fence(foreign);
  onnxMemoryFenceV1 output = Fence();
  EXPECT_EQ(onnxRunGraph(a.graph, &input, &output),
            ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_NE(LastError().find("another plugin"), std::string::npos);
  EXPECT_EQ(onnxReleaseEvent(foreign), ONNXIFI_STATUS_SUCCESS);
}

TEST(EntryPointsTest, WrongArgumentsAreRefusedInOrder) {
  const Session s(kGood);
  onnxBackend backend = &backend;
  EXPECT_EQ(onnxInitBackend(s.backend, nullptr, &backend),
            ONNXIFI_STATUS_INVALID_ID);
  EXPECT_EQ(backend, nullptr);
  EXPECT_EQ(onnxInitBackend(s.ids[0], nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  onnxGraph graph = &graph;
  EXPECT_EQ(onnxInitGraph(s.graph, nullptr, 1, kModel, 0, nullptr, &graph),
            ONNXIFI_STATUS_INVALID_BACKEND);
  EXPECT_EQ(graph, nullptr);
  EXPECT_EQ(onnxInitGraph(s.backend, nullptr, 1, nullptr, 0, nullptr, &graph),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxInitGraph(s.backend, nullptr, 0, kModel, 0, nullptr, &graph),
            ONNXIFI_STATUS_INVALID_SIZE);
  EXPECT_EQ(onnxInitGraph(s.backend, nullptr, 1, kModel, 1, nullptr, &graph),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxInitGraph(s.backend, nullptr, 1, kModel, 0, nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxGetBackendCompatibility(s.ids[0], 1, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxGetBackendCompatibility(s.ids[0], 0, kModel),
            ONNXIFI_STATUS_INVALID_SIZE);
  onnxEventState state = 77;
  EXPECT_EQ(onnxGetEventState(s.graph, &state), ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_EQ(state, ONNXIFI_EVENT_STATE_INVALID);
  EXPECT_EQ(onnxGetEventState(nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  onnxMemoryFenceV1 fence = Fence();
  EXPECT_EQ(onnxRunGraph(nullptr, nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_GRAPH);
  EXPECT_EQ(onnxRunGraph(s.graph, nullptr, &fence),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxRunGraph(s.graph, &fence, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxRunGraph(s.graph, &fence, &fence),
            ONNXIFI_STATUS_INVALID_EVENT);
  EXPECT_EQ(onnxReleaseGraph(s.backend), ONNXIFI_STATUS_INVALID_GRAPH);
  EXPECT_EQ(onnxReleaseBackendID(s.graph), ONNXIFI_STATUS_INVALID_ID);
}

TEST(EntryPointsTest, BrokenAnswersOfPluginsBecomeErrors) {
  const auto ids = Ids();
  onnxBackend backend = nullptr;
  EXPECT_EQ(onnxInitBackend(ids[kFaulty], nullptr, &backend),
            ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("without a handle"), std::string::npos);
  EXPECT_EQ(onnxInitBackend(ids[kFaulty + 2], nullptr, &backend),
            ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("not one of the interface"), std::string::npos);
  EXPECT_EQ(onnxInitBackend(ids[kFaulty + 4], nullptr, &backend),
            ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_NE(LastError().find("throws"), std::string::npos);
  size_t size = 0;
  EXPECT_EQ(onnxGetBackendInfo(ids[kFaulty + 4], ONNXIFI_BACKEND_NAME, nullptr,
                               &size),
            ONNXIFI_STATUS_INTERNAL_ERROR);
  EXPECT_EQ(backend, nullptr);
  // FALLBACK with a handle is forgiven.
  EXPECT_EQ(onnxInitBackend(ids[kFaulty + 6], nullptr, &backend),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
  for (auto id : ids) {
    EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
  }
}

TEST(EntryPointsTest, ThePluginsOwnTextIsForwarded) {
  const Session good(kGood), core(kCoreOnly);
  onnxGraph graph = nullptr;
  EXPECT_EQ(onnxInitGraph(good.backend, nullptr, 4, "FAIL", 0, nullptr, &graph),
            ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_EQ(LastError(), "fake: node 'n1' (Mystery): not implemented");
  EXPECT_EQ(onnxInitGraph(core.backend, nullptr, 4, "FAIL", 0, nullptr, &graph),
            ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_EQ(LastError(),
            "libonnxifi-fake_core_only.so: onnxInitGraph returned "
            "ONNXIFI_STATUS_UNSUPPORTED_OPERATOR (515)");
  size_t size = 3;
  char text[3] = {'a', 'b', 'c'};
  EXPECT_EQ(onnxifiGetLastError(text, &size), ONNXIFI_STATUS_FALLBACK);
  EXPECT_GT(size, 3u);
  EXPECT_EQ(text[0], 'a');
  EXPECT_EQ(onnxifiGetLastError(text, nullptr), ONNXIFI_STATUS_INVALID_POINTER);
  std::thread([] { EXPECT_EQ(LastError(), ""); }).join();
}

TEST(EntryPointsTest, ExtensionFunctionsGoThroughTheLoader) {
  const Session s(kGood);
  onnxExtensionFunctionPointer function = nullptr;
  for (const char* name :
       {"onnxSetIOAndRunGraph", "onnxSetIOAndRunGraphFunction"}) {
    EXPECT_EQ(onnxGetExtensionFunctionAddress(s.ids[0], name, &function),
              ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(reinterpret_cast<void*>(function),
              reinterpret_cast<void*>(&onnxSetIOAndRunGraph));
  }
  for (const char* name :
       {"", "onnxsetioandrungraph", "onnxWaitEventForFunction"}) {
    EXPECT_EQ(onnxGetExtensionFunctionAddress(s.ids[0], name, &function),
              ONNXIFI_STATUS_UNIDENTIFIED_NAME);
    EXPECT_EQ(function, nullptr);
  }
  EXPECT_EQ(onnxGetExtensionFunctionAddress(s.ids[0], nullptr, &function),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxGetExtensionFunctionAddress(s.graph, "x", &function),
            ONNXIFI_STATUS_INVALID_ID);
}

TEST(EntryPointsTest, TheReportAndTheVersion) {
  size_t size = 0;
  EXPECT_EQ(onnxifiGetLoadReport(nullptr, nullptr),
            ONNXIFI_STATUS_INVALID_POINTER);
  EXPECT_EQ(onnxifiGetLoadReport(nullptr, &size), ONNXIFI_STATUS_FALLBACK);
  std::string text(size, '\0');
  EXPECT_EQ(onnxifiGetLoadReport(text.data(), &size), ONNXIFI_STATUS_SUCCESS);
  EXPECT_NE(text.find("libonnxifi-fake_core_only.so"), std::string::npos);
  EXPECT_NE(text.find("core functions only"), std::string::npos);
  uint64_t version = 0;
  EXPECT_EQ(onnxifiGetLoaderVersion(&version), ONNXIFI_STATUS_SUCCESS);
  EXPECT_NE(version, 0u);
  EXPECT_EQ(onnxifiGetLoaderVersion(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
}

}  // namespace
