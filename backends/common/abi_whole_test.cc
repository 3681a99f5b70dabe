// Conformance checklist 7.12 and the client sequences of chapter 6.
#include <gtest/gtest.h>

#include <cfenv>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "backends/common/testing/abi_fixture.h"
#include "base/thread_pool.h"

namespace onnxifi::testing {
namespace {

constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;

int ThreadCount() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "Threads:") {
      int count = 0;
      status >> count;
      return count;
    }
  }
  return -1;
}

// Who handles the signals that a library could want.
std::vector<void (*)(int)> Handlers() {
  std::vector<void (*)(int)> handlers;
  for (const int signal : {SIGSEGV, SIGABRT, SIGINT, SIGTERM}) {
    struct sigaction action = {};
    EXPECT_EQ(sigaction(signal, nullptr, &action), 0);
    handlers.push_back(action.sa_handler);
  }
  return handlers;
}

// The kernel counts a thread for a moment after it has been joined.
int ThreadCountSoon(int wanted) {
  constexpr int kMostTries = 1000;
  for (int i = 0; i < kMostTries && ThreadCount() != wanted; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return ThreadCount();
}

// A client that keeps count of nothing: the sequences of 6.1 and 6.4.
class SequenceTest : public ::testing::Test {
 protected:
  void SetUp() override { Fake().Reset(); }

  static std::vector<onnxBackendID> Enumerate() {
    size_t count = 0;
    EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
    std::vector<onnxBackendID> ids(count);
    EXPECT_EQ(onnxGetBackendIDs(ids.data(), &count), ONNXIFI_STATUS_SUCCESS);
    return ids;
  }

  // The conformance driver of ONNX on one model and ID; it makes an event for
  // the output fence, which the run overwrites.
  static void Driver(onnxBackendID id, int runs) {
    const std::string model = models::Add();
    const uint64_t no_properties[] = {0};
    onnxBackend backend = nullptr;
    ASSERT_EQ(onnxInitBackend(id, no_properties, &backend),
              ONNXIFI_STATUS_SUCCESS);
    char name[50];
    size_t size = sizeof(name);
    ASSERT_EQ(onnxGetBackendInfo(id, ONNXIFI_BACKEND_NAME, name, &size),
              ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxGetBackendCompatibility(id, model.size(), model.data()),
              ONNXIFI_STATUS_SUCCESS);
    onnxGraph graph = nullptr;
    ASSERT_EQ(onnxInitGraph(backend, nullptr, model.size(), model.data(), 0,
                            nullptr, &graph),
              ONNXIFI_STATUS_SUCCESS);
    for (int i = 0; i < runs; ++i) {
      const std::vector<float> a(6, static_cast<float>(i));
      std::vector<float> c(6, -1);
      const std::vector<Tensor> inputs = {{"a", {2, 3}, kFloat, a.data()},
                                          {"b", {2, 3}, kFloat, a.data()}};
      const std::vector<Tensor> outputs = {{"c", {2, 3}, kFloat, c.data()}};
      const auto in = Descriptors(inputs);
      const auto out = Descriptors(outputs);
      ASSERT_EQ(onnxSetGraphIO(graph, 2, in.data(), 1, out.data()),
                ONNXIFI_STATUS_SUCCESS);
      onnxMemoryFenceV1 input = EventFence();
      onnxMemoryFenceV1 output = EventFence();
      ASSERT_EQ(onnxInitEvent(backend, &input.event), ONNXIFI_STATUS_SUCCESS);
      ASSERT_EQ(onnxInitEvent(backend, &output.event), ONNXIFI_STATUS_SUCCESS);
      leaked_.push_back(output.event);
      ASSERT_EQ(onnxRunGraph(graph, &input, &output), ONNXIFI_STATUS_SUCCESS);
      ASSERT_EQ(onnxSignalEvent(input.event), ONNXIFI_STATUS_SUCCESS);
      ASSERT_EQ(onnxWaitEvent(output.event), ONNXIFI_STATUS_SUCCESS);
      ASSERT_EQ(c[0], 2 * a[0]);
      ASSERT_EQ(onnxReleaseEvent(output.event), ONNXIFI_STATUS_SUCCESS);
      ASSERT_EQ(onnxReleaseEvent(input.event), ONNXIFI_STATUS_SUCCESS);
    }
    ASSERT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
  }

  // The real driver leaks these; here they go at the end.
  void TearDown() override {
    for (onnxEvent event : leaked_) {
      EXPECT_EQ(onnxReleaseEvent(event), ONNXIFI_STATUS_SUCCESS);
    }
    leaked_.clear();
  }
  static std::vector<onnxEvent> leaked_;
};
std::vector<onnxEvent> SequenceTest::leaked_;

TEST_F(SequenceTest, R_289_R_290_Driver) {
  for (const int runs : {1, 100}) {
    const std::vector<onnxBackendID> ids = Enumerate();
    for (onnxBackendID id : ids) Driver(id, runs);
    for (onnxBackendID id : ids) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }
}

TEST_F(SequenceTest, R_045_ThousandCycles) {
  for (int i = 0; i < 1000; ++i) {
    const std::vector<onnxBackendID> ids = Enumerate();
    onnxBackend backend = nullptr;
    ASSERT_EQ(onnxInitBackend(ids[0], nullptr, &backend),
              ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
    for (onnxBackendID id : ids) {
      ASSERT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }
}

// Weights by descriptor, signal before run, uninitialised output event.
TEST_F(SequenceTest, R_291_Caffe2) {
  const std::vector<onnxBackendID> ids = Enumerate();
  const std::string model = models::WeightByDescriptor();
  onnxBackend backend = nullptr;
  const uint64_t no_properties[] = {0};
  ASSERT_EQ(onnxInitBackend(ids[0], no_properties, &backend),
            ONNXIFI_STATUS_SUCCESS);
  for (size_t i = 1; i < ids.size(); ++i) {
    ASSERT_EQ(onnxReleaseBackendID(ids[i]), ONNXIFI_STATUS_SUCCESS);
  }
  const std::vector<float> w(6, 5);
  const Tensor weight = {"w", {2, 3}, kFloat, w.data()};
  const onnxTensorDescriptorV1 descriptor = weight.Descriptor();
  onnxGraph graph = nullptr;
  ASSERT_EQ(onnxInitGraph(backend, nullptr, model.size(), model.data(), 1,
                          &descriptor, &graph),
            ONNXIFI_STATUS_SUCCESS);
  for (int i = 0; i < 10; ++i) {
    const std::vector<float> x(6, static_cast<float>(i));
    std::vector<float> y(6, -1);
    const Tensor in = {"x", {2, 3}, kFloat, x.data()};
    const Tensor out = {"y", {2, 3}, kFloat, y.data()};
    const onnxTensorDescriptorV1 input = in.Descriptor();
    const onnxTensorDescriptorV1 output = out.Descriptor();
    ASSERT_EQ(onnxSetGraphIO(graph, 1, &input, 1, &output),
              ONNXIFI_STATUS_SUCCESS);
    onnxMemoryFenceV1 begin = EventFence();
    onnxMemoryFenceV1 end =
        EventFence(reinterpret_cast<onnxEvent>(uintptr_t{0x5a5a5a5a5a5a5a5a}));
    ASSERT_EQ(onnxInitEvent(backend, &begin.event), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxSignalEvent(begin.event), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxRunGraph(graph, &begin, &end), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxWaitEvent(end.event), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(y[5], x[5] + 5);
    ASSERT_EQ(onnxReleaseEvent(begin.event), ONNXIFI_STATUS_SUCCESS);
    ASSERT_EQ(onnxReleaseEvent(end.event), ONNXIFI_STATUS_SUCCESS);
  }
  ASSERT_EQ(onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(onnxReleaseBackend(backend), ONNXIFI_STATUS_SUCCESS);
  ASSERT_EQ(onnxReleaseBackendID(ids[0]), ONNXIFI_STATUS_SUCCESS);
}

// With the last handle all threads end.
TEST_F(SequenceTest, R_288_NoThreadIsLeft) {
  const int before = ThreadCount();
  const std::vector<onnxBackendID> ids = Enumerate();
  Driver(ids[0], 30);
  ThreadPool::Global().ParallelFor(8, [](int64_t) {});
  TearDown();
  EXPECT_GT(ThreadCount(), before);
  for (onnxBackendID id : ids) {
    ASSERT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_EQ(ThreadCountSoon(before), before);
  for (int i = 0; i < 20; ++i) {
    const std::vector<onnxBackendID> again = Enumerate();
    Driver(again[0], 1);
    TearDown();
    for (onnxBackendID id : again) {
      ASSERT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
    EXPECT_EQ(ThreadCountSoon(before), before);
  }
}

TEST_F(SequenceTest, R_286_R_287_ProcessStateIsLeftAlone) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  const auto handlers = Handlers();
  std::fesetround(FE_UPWARD);
  const std::vector<onnxBackendID> ids = Enumerate();
  Driver(ids[0], 2);
  for (onnxBackendID id : ids) {
    EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
  }
  EXPECT_EQ(std::fegetround(), FE_UPWARD);
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(locale, std::setlocale(LC_ALL, nullptr));
  EXPECT_EQ(Handlers(), handlers);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

// Random calls with handles of every kind and age.
class RandomTest : public SequenceTest {
 protected:
  static constexpr size_t kKept = 24;

  void* Any() {
    switch (random_() % 8) {
      case 0:
        return nullptr;
      case 1:
        return reinterpret_cast<void*>(random_());
      default:
        return handles_[random_() % handles_.size()];
    }
  }
  void Keep(void* handle) {
    if (handle != nullptr) handles_[random_() % handles_.size()] = handle;
  }
  void Check(onnxStatus status) {
    EXPECT_TRUE(status >= 0 && status <= ONNXIFI_STATUS_INTERNAL_ERROR)
        << status;
    seen_.insert(status);
  }
  bool IsSignalled(onnxEvent event) {
    onnxEventState state = 0;
    Check(onnxGetEventState(event, &state));
    return state == ONNXIFI_EVENT_STATE_SIGNALLED;
  }
  void Step();

  std::mt19937_64 random_{20261121};
  std::vector<void*> handles_ = std::vector<void*>(kKept, nullptr);
  std::set<onnxStatus> seen_;
  std::vector<float> a_ = std::vector<float>(6, 1);
  std::vector<float> c_ = std::vector<float>(6, 0);
  const std::string model_ = models::Add();
};

void RandomTest::Step() {
  void* out = nullptr;
  switch (random_() % 12) {
    case 0: {
      onnxBackendID ids[2];
      size_t count = random_() % 3;
      Check(onnxGetBackendIDs(random_() % 2 == 0 ? ids : nullptr, &count));
      break;
    }
    case 1: {
      onnxBackendID ids[2] = {};
      size_t count = 2;
      Check(onnxGetBackendIDs(ids, &count));
      Keep(ids[random_() % 2]);
      break;
    }
    case 2: {
      size_t size = 0;
      Check(onnxGetBackendInfo(Any(), static_cast<int>(random_() % 50), nullptr,
                               &size));
      break;
    }
    case 3:
      Check(onnxInitBackend(Any(), nullptr, &out));
      Keep(out);
      break;
    case 4:
      Check(onnxInitEvent(Any(), &out));
      Keep(out);
      break;
    case 5:
      Check(onnxSignalEvent(Any()));
      break;
    case 6: {
      onnxEvent event = Any();
      if (IsSignalled(event)) Check(onnxWaitEvent(event));
      break;
    }
    case 7:
      Check(onnxInitGraph(Any(), nullptr, model_.size(), model_.data(), 0,
                          nullptr, &out));
      Keep(out);
      break;
    case 8: {
      const std::vector<Tensor> inputs = {{"a", {2, 3}, kFloat, a_.data()},
                                          {"b", {2, 3}, kFloat, a_.data()}};
      const std::vector<Tensor> outputs = {{"c", {2, 3}, kFloat, c_.data()}};
      const auto in = Descriptors(inputs);
      const auto result = Descriptors(outputs);
      Check(onnxSetGraphIO(Any(), static_cast<uint32_t>(random_() % 3),
                           in.data(), 1, result.data()));
      break;
    }
    case 9: {
      const onnxMemoryFenceV1 in = EventFence(Any());
      onnxMemoryFenceV1 fence = EventFence();
      const onnxStatus status = onnxRunGraph(Any(), &in, &fence);
      Check(status);
      if (status == ONNXIFI_STATUS_SUCCESS) Keep(fence.event);
      break;
    }
    case 10: {
      // Releasing a graph waits for its gated runs, so release events first.
      void* handle = Any();
      Check(onnxReleaseEvent(handle));
      Check(onnxReleaseBackend(handle));
      break;
    }
    default:
      Check(onnxReleaseBackendID(Any()));
      break;
  }
}

TEST_F(RandomTest, R_294_RandomCalls) {
  for (int i = 0; i < 20000; ++i) Step();
  EXPECT_GT(seen_.size(), 8u);
}

}  // namespace
}  // namespace onnxifi::testing
